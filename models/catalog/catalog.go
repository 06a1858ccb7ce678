// Package catalog is the table of models. Adding one is a folder beside this one
// and a line here.
package catalog

import (
	"assay/models/await"
	"assay/models/base/model"
	"assay/models/coroutine"
	"assay/models/external"
	"assay/models/goroutine"
	"assay/models/hybrid"
	"assay/models/multireactor"
	"assay/models/pool"
	"assay/models/prefork"
	"assay/models/reactor"
	"assay/models/serial"
	"assay/models/thread"
	"assay/models/uring"
)

// Models are ours and those in other languages, in the order they are listed.
func Models() []model.Model {
	return append([]model.Model{
		serial.Model,
		thread.Model,
		goroutine.Model,
		pool.Model,
		reactor.Model,
		coroutine.Model,
		await.Model,
		multireactor.Model,
		hybrid.Model,
		prefork.Model,
		uring.Model,
	}, external.Models...)
}
