// Package reporttest makes up runs for tests: records as a campaign leaves them,
// with known effects and a fixed seed.
package reporttest
