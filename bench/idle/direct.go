package idle

import "assay/models/base/style"

// Direct answers GET /idle.
func Direct(_ style.Waiter, x *style.Exchange) error {
	n, err := parse(x.Request.Query)
	if err != nil {
		return err
	}
	x.Body = appendAnswer(x.Body, n)
	return nil
}
