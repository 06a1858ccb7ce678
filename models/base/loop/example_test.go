package loop_test

import (
	"fmt"
	"log"
	"time"

	"assay/models/base/loop"
)

func Example() {
	l, err := loop.New()
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	var tick loop.Timer
	left := 3
	tick.Init(func() {
		fmt.Println("tick", left)
		if left--; left > 0 {
			l.At(&tick, l.Now()+int64(time.Millisecond))
			return
		}
		go l.Post(func() { // another thread has work for the loop's
			fmt.Println("posted")
			l.Stop()
		})
	})
	l.At(&tick, l.Clock())
	if err := l.Run(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// tick 3
	// tick 2
	// tick 1
	// posted
}
