package hybrid

import (
	"testing"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// BenchmarkRequest is a whole request by one client: answered on the loop, by way of a
// thread of the executor, by way of a process. What they differ by is the price of the way.
func BenchmarkRequest(b *testing.B) {
	offload := get("/offload", func(w style.Loop, _ *style.Exchange, done func(error)) {
		w.Offload(func() {}, func() { done(nil) })
	})
	for _, row := range []struct{ name, options, target string }{
		{"loop", "", "/hello"},
		{"thread", "", "/offload"},
		{"thread-computes", "", "/sum?1+2"},
		{"process-computes", "executor=processes,processes=1", "/sum?1+2"},
	} {
		b.Run(row.name, func(b *testing.B) {
			c := modeltest.Start(b, Model, modeltest.Config{Options: "size=4," + row.options, Routes: append(routes(), offload)}).Dial()
			request, answer := []byte(modeltest.Request(row.target)), make([]byte, 4096)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.TCPConn.Write(request); err != nil {
					b.Fatal(err)
				}
				if _, err := c.TCPConn.Read(answer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
