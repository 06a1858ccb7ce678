// Package reference is the table of public servers behind the server contract: the
// yardstick from outside.
package reference

import (
	"assay/models/base/model"
	"assay/models/reference/fasthttp"
	"assay/models/reference/gnet"
	"assay/models/reference/nethttp"
)

// Models are all references, in the order they are listed.
var Models = []model.Model{nethttp.Model, fasthttp.Model, gnet.Model}
