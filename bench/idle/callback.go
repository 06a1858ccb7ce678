package idle

import "assay/models/base/style"

// Callback answers GET /idle.
func Callback(_ style.Loop, x *style.Exchange, done func(error)) {
	n, err := parse(x.Request.Query)
	if err != nil {
		done(err)
		return
	}
	x.Body = appendAnswer(x.Body, n)
	done(nil)
}
