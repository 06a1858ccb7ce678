//go:build !race

package modeltest

// RaceDetector says whether the race detector watches.
const RaceDetector = false
