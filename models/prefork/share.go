package prefork

import (
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shares is memory of all processes of the server: how many connections each worker
// has, by place; nobody where there is no process.
type shares struct {
	fd     int // a memfd
	mapped []byte
	counts []atomic.Int32
}

const nobody = math.MaxInt32

// newShares makes them, for n workers.
func newShares(n int) (*shares, error) {
	fd, err := unix.MemfdCreate("assay-prefork", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("memory of all workers: %w", err)
	}
	if err := unix.Ftruncate(fd, int64(n)*4); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("memory of all workers: %w", err)
	}
	s, err := openShares(fd, n)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	for i := range s.counts {
		s.counts[i].Store(nobody)
	}
	return s, nil
}

// openShares maps those of another process.
func openShares(fd, n int) (*shares, error) {
	m, err := unix.Mmap(fd, 0, n*4, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("memory of all workers: %w", err)
	}
	return &shares{fd, m, unsafe.Slice((*atomic.Int32)(unsafe.Pointer(&m[0])), n)}, nil
}

func (s *shares) close() {
	unix.Munmap(s.mapped)
	unix.Close(s.fd)
}

// others says whether some worker has fewer connections than the one of that place.
func (s *shares) others(place int) bool {
	own := s.counts[place].Load()
	for i := range s.counts {
		if s.counts[i].Load() < own {
			return true
		}
	}
	return false
}
