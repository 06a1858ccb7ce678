package serial

import (
	"testing"

	"assay/models/base/model/modeltest"
)

func TestSuite(t *testing.T) { modeltest.Suite(t, Model, "") }

func TestFrugal(t *testing.T) { modeltest.Frugal(t, Model, "") }
