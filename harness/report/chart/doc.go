// Package chart draws the figures of a report as SVG text. It is pure: equal input
// gives equal bytes. A drawing carries its own background and colours for light
// and dark, names its series in words beside the marks, and needs no script, so the
// same text serves as a file in a rendered report.md and inline in a page.
//
//   - Forest: ratios with intervals, a row per arm and a panel per metric.
//   - Lines: one or more panels of curves, such as latency over percentile.
package chart
