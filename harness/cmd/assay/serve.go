package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/harness/backend"
	"assay/harness/proc"
)

// readyWithin is how long a server may take to say where it listens.
const readyWithin = 10 * time.Second

// serveOptions are the flags of serve.
type serveOptions struct {
	workload, addr, options string
}

func newServe(s streams) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:     "serve MODEL",
		GroupID: measure,
		Short:   "run one model on one workload until SIGTERM",
		Long: `Serve starts a model, and the backends where the workload asks some, and prints
"listening HOST:PORT" first. It is for looking at a model with other tools: curl, perf, strace.
Its log goes to stderr. SIGTERM and Ctrl-C drain it.`,
		Example: `  assay serve reactor --workload echo
  assay serve pool:size=64 --workload fanout --addr 127.0.0.1:8080
  assay serve thread --workload blocking --options spawn=request`,
		Args: exactly("MODEL"),
		RunE: func(c *cobra.Command, args []string) error {
			return serve(c.Context(), s, args[0], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.workload, "workload", "echo", "what it serves; see assay list workloads")
	f.StringVar(&o.addr, "addr", "127.0.0.1:0", "host:port to listen on")
	f.StringVar(&o.options, "options", "", "of the model: name=value,…; see assay list models")
	return c
}

func serve(ctx context.Context, s streams, model string, o serveOptions) error {
	if _, _, err := net.SplitHostPort(o.addr); err != nil {
		return badInput(fmt.Errorf("addr %q: want host:port, like 127.0.0.1:8080: %w", o.addr, err))
	}
	w, err := catalog.Find(o.workload)
	if err != nil {
		return badInput(err)
	}
	source, err := w.Prepare(nil)
	if err != nil {
		return badInput(err)
	}
	models, err := describeModels(ctx)
	if err != nil {
		return err
	}
	arm, err := oneArm(model, o.options, models)
	if err != nil {
		return badInput(err)
	}
	m, err := plan.FindModel(arm.Model, models)
	if err != nil {
		return badInput(err)
	}
	if why := plan.NotApplicable(&arm, &m, &plan.Cell{Workload: o.workload, Conns: 1}); why != "" {
		return badInput(errors.New(why))
	}
	return serveModel(ctx, s, arm, m, o, source.Backends())
}

// oneArm reads MODEL and --options as run reads --models.
func oneArm(model, options string, models []plan.Model) (plan.Arm, error) {
	spec := model
	if options != "" {
		join := ":"
		if strings.Contains(model, ":") {
			join = ","
		}
		spec += join + options
	}
	arms, err := plan.ParseArms(spec, models)
	if err != nil {
		return plan.Arm{}, err
	}
	if len(arms) != 1 {
		return plan.Arm{}, fmt.Errorf("serve runs one model, %q names %d", model, len(arms))
	}
	return arms[0], nil
}

// serveModel runs the server between its backends' start and end.
func serveModel(ctx context.Context, s streams, arm plan.Arm, m plan.Model, o serveOptions, backends int) (err error) {
	dir, err := binaries()
	if err != nil {
		return err
	}
	var addrs []string
	if backends > 0 {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("cannot start the backends: %w", err)
		}
		cmd := exec.Command(self, "backend", "-count", strconv.Itoa(backends))
		cmd.Stderr = os.Stderr
		b, err := backend.Start(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.Stop()) }()
		addrs = b.Addrs
	}
	server, err := proc.Start(proc.Spec{
		Name: arm.Name,
		Argv: append([]string{filepath.Join(dir, m.Argv[0])}, m.Argv[1:]...),
		Env: append(os.Environ(), "ASSAY_LISTEN="+o.addr, "ASSAY_WORKLOAD="+o.workload,
			"ASSAY_OPTIONS="+plan.OptionList(arm.Options), "ASSAY_BACKENDS="+strings.Join(addrs, ","), "ASSAY_NONCE=serve"),
	})
	if err != nil {
		return err
	}
	defer func() {
		_, stopErr := server.Stop(proc.Grace)
		err = errors.Join(err, stopErr)
	}()
	return serveUntil(ctx, s, server, addrs)
}

// serveUntil says where the server listens and waits for a signal or its end.
func serveUntil(ctx context.Context, s streams, server *proc.Proc, backends []string) error {
	ready, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	addr, err := server.Listening(ready)
	if err != nil {
		if !server.Alive() && server.ExitCode() == exitBadInput {
			return badInput(err) // its stderr has said what is wrong
		}
		return err
	}
	fmt.Fprintf(s.out, "listening %s\n", addr)
	if len(backends) > 0 {
		fmt.Fprintf(s.err, "backends: %s\n", strings.Join(backends, " "))
	}
	select {
	case <-ctx.Done():
		return nil // asked to stop: that is how it ends well
	case <-server.Done():
		return fmt.Errorf("%s ended by itself: %s", server.Name, server.Exit())
	}
}
