package goroutine

import (
	"testing"

	"assay/models/base/model/modeltest"
)

func TestSuite(t *testing.T) {
	for _, options := range []string{"", "callall=spawn"} {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}

func TestFrugal(t *testing.T) { modeltest.Frugal(t, Model, "") }
