package uring

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"assay/models/base/model"
)

const sandboxed = "ASSAY_TEST_SANDBOXED"

func TestMain(m *testing.M) {
	if os.Getenv(sandboxed) != "" {
		os.Exit(inSandbox())
	}
	goleak.VerifyTestMain(m)
}

// inSandbox serves, or rather does not, where a filter refuses io_uring_setup with
// EPERM, as those of containers do.
func inSandbox() int {
	const allow, refuse = unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_IO_URING_SETUP, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: refuse},
		{Code: unix.BPF_RET | unix.BPF_K, K: allow},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		return 9
	}
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return 9
	}
	p := model.Program{Name: "modeld", Models: []model.Model{Model}, Workloads: []model.Workload{{Name: "echo"}}}
	args := []string{"uring"}
	if os.Getenv(sandboxed) == "describe" {
		args[0] = "--describe"
	}
	return p.Run(args, os.Getenv, nil, os.Stdout, os.Stderr)
}

// Without io_uring the server ends and says why; before that, its description does,
// from which the harness knows that it need not be started.
func TestWithoutRing(t *testing.T) {
	for _, row := range []struct {
		what string
		says []string
		code int
	}{
		{"serve", []string{"io_uring is forbidden", "EPERM", "operation not permitted"}, 1},
		{"describe", []string{`"lacks": "io_uring is forbidden`}, 0},
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), sandboxed+"="+row.what, "ASSAY_WORKLOAD=echo")
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code == 9 {
			t.Skip("no filter can be set here: there is no seccomp")
		} else if code != row.code {
			t.Errorf("%s: exit %d, want %d: %s", row.what, code, row.code, out)
		}
		said := false
		for _, s := range row.says {
			said = said || strings.Contains(string(out), s)
		}
		if !said {
			t.Errorf("%s: said %s, want %q", row.what, out, row.says[0])
		}
	}
}
