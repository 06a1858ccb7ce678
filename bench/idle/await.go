package idle

import "assay/models/base/style"

// Await answers GET /idle.
func Await(t *style.Task, x *style.Exchange) style.Poll {
	n, err := parse(x.Request.Query)
	if err != nil {
		return t.Return(err)
	}
	x.Body = appendAnswer(x.Body, n)
	return t.Return(nil)
}
