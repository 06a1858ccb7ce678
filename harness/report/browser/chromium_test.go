// Package browser holds the tests of report.html in a real Chromium: what a reader's
// browser draws, asks for and complains of. It has no code of its own.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is for a loaded machine; nothing here is asserted to be fast.
const patience = 5 * time.Minute

// chromium is a context of the one browser that all tests share; absent says why there is none.
var (
	chromium context.Context
	absent   string
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	path := find()
	if path == "" {
		absent = "not run: no Chromium; scripts/browser.sh installs it"
		return m.Run()
	}
	profile, err := os.MkdirTemp("", "assay-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(profile)
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop() // waits for the process, so that its profile can be removed
	ctx, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "%s does not start: %v\n", path, err)
		return 1
	}
	chromium = ctx
	return m.Run()
}

// find is the path of a browser, or empty.
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// tab is a page in the browser, and what was seen since it was opened.
type tab struct {
	*testing.T
	ctx context.Context
	url string

	mu         sync.Mutex
	asked      []string // addresses that were requested
	complaints []string // console errors, exceptions, broken policies
}

// needBrowser skips a test where there is no browser, and fails it where there must be one.
func needBrowser(t *testing.T) {
	t.Helper()
	switch {
	case chromium != nil:
	case os.Getenv("ASSAY_NEEDS_BROWSER") != "":
		t.Fatal(absent)
	default:
		t.Skip(absent)
	}
}

// open shows a file in a tab of its own, width pixels wide, after prepare.
func open(t *testing.T, file string, width int64, prepare ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	needBrowser(t)
	limited, stop := context.WithTimeout(chromium, patience)
	ctx, cancel := chromedp.NewContext(limited)
	t.Cleanup(func() { cancel(); stop() })
	p := &tab{T: t, ctx: ctx, url: "file://" + file}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, 844))
	p.do(prepare...)
	p.do(chromedp.Navigate(p.url))
	return p
}

// hear notes what the page asked for and what the browser complained of.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	case *network.EventWebSocketCreated:
		p.asked = append(p.asked, e.URL)
	case *runtime.EventExceptionThrown:
		p.complaints = append(p.complaints, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.complaints = append(p.complaints, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		p.complaints = append(p.complaints, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	}
}

// quiet checks that nothing but the file was asked for, and that nothing went wrong.
func (p *tab) quiet() {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) == 0 || p.asked[0] != p.url {
		p.Errorf("the file itself was not seen to be asked for: %q", p.asked)
	}
	for _, address := range p.asked {
		if address != p.url && !strings.HasPrefix(address, p.url+"#") && !strings.HasPrefix(address, "data:") {
			p.Errorf("the page asked for %s", address)
		}
	}
	for _, c := range p.complaints {
		p.Errorf("the browser complained: %s", c)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// eval is the value of an expression of the page.
func eval[T any](p *tab, expression string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return v
}
