package echo

import "assay/models/base/style"

// Direct answers GET /echo.
func Direct(_ style.Waiter, x *style.Exchange) error {
	n, err := parse(x.Request.Query)
	if err != nil {
		return err
	}
	x.Body = appendLetters(x.Body, 0, n)
	return nil
}

// DirectPost answers POST /echo.
func DirectPost(_ style.Waiter, x *style.Exchange) error {
	if _, err := parse(x.Request.Query); err != nil {
		return err
	}
	x.Body = append(x.Body, x.Request.Body...)
	return nil
}
