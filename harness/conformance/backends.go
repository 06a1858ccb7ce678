package conformance

import (
	"errors"

	"assay/harness/backend"
)

// backends are the sub-services of a run, in this process: three of the suite's
// own, and three that follow a script.
type backends struct {
	server *backend.Server
	over   chan error
	script *script
}

const backendCount = 3

func newBackends() (*backends, error) {
	b := &backends{}
	if err := b.open([]string{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}); err != nil {
		return nil, err
	}
	var err error
	if b.script, err = newScript(backendCount); err != nil {
		return nil, errors.Join(err, b.shut())
	}
	return b, nil
}

func (b *backends) open(listen []string) (err error) {
	if b.server, err = backend.New(backend.Options{Listen: listen}); err != nil {
		return err
	}
	b.over = make(chan error, 1)
	go func(s *backend.Server) { b.over <- s.Run() }(b.server)
	return nil
}

func (b *backends) shut() error {
	b.server.Stop()
	return errors.Join(<-b.over, b.server.Close())
}

func (b *backends) close() error {
	b.script.close()
	return b.shut()
}

func (b *backends) addrs(scripted bool) []string {
	if scripted {
		return b.script.addrs
	}
	return b.server.Addrs()
}

func (b *backends) take() backend.Stats { return b.server.Take(true) }
