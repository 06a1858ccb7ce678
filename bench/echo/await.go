package echo

import "assay/models/base/style"

// Await answers GET /echo.
func Await(t *style.Task, x *style.Exchange) style.Poll {
	n, err := parse(x.Request.Query)
	if err != nil {
		return t.Return(err)
	}
	x.Body = appendLetters(x.Body, 0, n)
	return t.Return(nil)
}

// AwaitPost answers POST /echo.
func AwaitPost(t *style.Task, x *style.Exchange) style.Poll {
	if _, err := parse(x.Request.Query); err != nil {
		return t.Return(err)
	}
	x.Body = append(x.Body, x.Request.Body...)
	return t.Return(nil)
}
