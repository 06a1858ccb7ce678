// Package html renders report.html: one file that opens from disk, asks nothing of any
// network, and can be read without scripts. It knows blocks of words, tables, figures and
// code, and nothing of trials: package report fills a Page.
//
// One way of drawing serves report.md and the page: the SVG text of package chart, made by
// the program that made the figures. A drawing in the browser would need a library inside the page or
// from a network, would show nothing without scripts, and could not be compared byte for byte
// when a published run is verified. The page takes the drawings without their styles, and
// has one style for all, so that its theme switch reaches them.
//
// What the script adds can be missed: filtering the claims, lighting up one model in
// all drawings, and the theme switch. Its controls are hidden until it runs.
//
// A page has a budget of bytes. Figures that would break it are replaced by the name of the file
// that has them beside report.md, and long tables end with a count of what was left out.
package html
