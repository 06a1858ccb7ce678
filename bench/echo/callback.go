package echo

import "assay/models/base/style"

// Callback answers GET /echo.
func Callback(_ style.Loop, x *style.Exchange, done func(error)) {
	n, err := parse(x.Request.Query)
	if err != nil {
		done(err)
		return
	}
	x.Body = appendLetters(x.Body, 0, n)
	done(nil)
}

// CallbackPost answers POST /echo.
func CallbackPost(_ style.Loop, x *style.Exchange, done func(error)) {
	if _, err := parse(x.Request.Query); err != nil {
		done(err)
		return
	}
	x.Body = append(x.Body, x.Request.Body...)
	done(nil)
}
