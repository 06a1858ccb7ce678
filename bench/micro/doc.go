// Package micro measures the mechanisms that ways to wait are made of, one at a
// time and without a server: to hand control over, to start something that can
// wait, to wake somebody who waits, to read and write a message.
//
//	go test ./bench/micro -bench . -cpu 1,2 -count 10
//
// The figures explain contrasts between models; they do not replace them. All
// print in the Go benchmark format, so benchstat reads them as they are.
package micro
