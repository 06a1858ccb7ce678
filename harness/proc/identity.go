package proc

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// tcpListen is a listening socket's state in /proc/net/tcp.
const tcpListen = 0x0A

// OwnsListener says whether the sockets that listen at addr (host:port) belong to
// the tree, all of them: of several that share a port, a stranger would get some
// of the connections.
//
// The kernel's list of sockets is read in pieces, between which it may change, and a
// socket be missed; so a no is a no only if it is said several times.
func (p *Proc) OwnsListener(addr string) (owned bool, err error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return false, fmt.Errorf("%s listens at %q: %w", p.Name, addr, err)
	}
	for look := range 4 {
		if look > 0 {
			time.Sleep(20 * time.Millisecond)
		}
		if owned, err = p.owns(at); owned || err != nil {
			return owned, err
		}
	}
	return false, nil
}

func (p *Proc) owns(at netip.AddrPort) (bool, error) {
	inodes, err := listeners(at)
	if err != nil || len(inodes) == 0 {
		return false, err
	}
	pids, err := p.Tree()
	if err != nil {
		return false, err
	}
	owned := make(map[uint64]bool)
	for _, pid := range pids {
		addSockets(owned, pid)
	}
	for _, inode := range inodes {
		if !owned[inode] {
			return false, nil
		}
	}
	return true, nil
}

// listeners are the inodes of the sockets that take connections to at.
func listeners(at netip.AddrPort) ([]uint64, error) {
	fs, err := procfs.NewFS(procfs.DefaultMountPoint)
	if err != nil {
		return nil, fmt.Errorf("listening sockets: %w", err)
	}
	//lint:ignore SA1019 the library that replaces it asks over netlink, and one read of a file is enough here
	v4, err := fs.NetTCP()
	if err != nil {
		return nil, fmt.Errorf("listening sockets: %w", err)
	}
	//lint:ignore SA1019 as above
	v6, err := fs.NetTCP6()
	if err != nil && !os.IsNotExist(err) { // a kernel may have no IPv6
		return nil, fmt.Errorf("listening sockets: %w", err)
	}
	var inodes []uint64
	for _, s := range append(v4, v6...) {
		local, ok := netip.AddrFromSlice(s.LocalAddr)
		if !ok || s.St != tcpListen || s.LocalPort != uint64(at.Port()) {
			continue
		}
		if local = local.Unmap(); local == at.Addr().Unmap() || local.IsUnspecified() {
			inodes = append(inodes, s.Inode)
		}
	}
	return inodes, nil
}

// addSockets adds the inodes of the sockets that pid has open.
func addSockets(to map[uint64]bool, pid int) {
	dir := fmt.Sprintf("/proc/%d/fd/", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // gone, or another user's: then the socket counts as a stranger's
	}
	for _, e := range entries {
		link, err := os.Readlink(dir + e.Name())
		if err != nil {
			continue
		}
		text, ok := strings.CutPrefix(link, "socket:[")
		if inode, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64); ok && err == nil {
			to[inode] = true
		}
	}
}
