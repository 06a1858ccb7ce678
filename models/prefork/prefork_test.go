package prefork

import (
	"testing"

	"assay/models/base/model"
	"assay/models/base/model/modeltest"

	"golang.org/x/sys/unix"
)

// within is the model with workers that are threads of this process, where the race
// detector sees them.
var within = func() model.Model {
	m := Model
	m.Run = func(env *model.Env) error { return supervise(env, startWithin) }
	return m
}()

func startWithin(env *model.Env, line int, s *shares) (func() string, error) {
	own := *env
	var err error
	if own.Stop, err = model.NewStop(); err != nil {
		return nil, err
	}
	if own.Listener, err = unix.FcntlInt(uintptr(env.Listener), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return nil, err
	}
	if line, err = unix.FcntlInt(uintptr(line), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return nil, err
	}
	how := make(chan string, 1)
	go func() {
		err := work(&own, newLine(line, env.Service), s)
		unix.Close(line)
		own.Stop.Close()
		if err != nil {
			how <- err.Error()
		}
		close(how)
	}()
	return func() string { return <-how }, nil
}

// One worker, because each would say that it is out of descriptors.
func TestSuite(t *testing.T) { modeltest.Suite(t, within, "workers=1") }

func TestFrugal(t *testing.T) { modeltest.Frugal(t, within, "workers=3") }

// A worker yields to one that has fewer connections, and not to a place where nobody is.
func TestShares(t *testing.T) {
	s, err := newShares(3)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	other, err := openShares(s.fd, 3) // as another process has it
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(other.mapped)
	s.counts[0].Store(2)
	if s.others(0) {
		t.Error("yields to nobody")
	}
	other.counts[2].Store(1)
	if !s.others(0) || s.others(2) {
		t.Error("two connections against one: the one should take the next")
	}
	other.counts[2].Store(2)
	if s.others(0) || s.others(2) {
		t.Error("two against two: either may take the next")
	}
}
