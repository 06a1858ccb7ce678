package thread

import (
	"testing"

	"assay/models/base/model/modeltest"
)

func TestSuite(t *testing.T) {
	for _, options := range []string{
		"", "spawn=request", "callall=spawn", "callall=pool,callers=4", "spawn=request,callall=pool,callers=2",
	} {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}
