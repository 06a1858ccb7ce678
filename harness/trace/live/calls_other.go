//go:build !amd64

package live

// olderNames are calls that this architecture has besides: none.
var olderNames map[int64]string
