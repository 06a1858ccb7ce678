package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// unseen names figures without marks: every one must have a group of an arm that takes up room.
const unseen = `Array.from(document.querySelectorAll('figure')).filter(f => f.offsetParent !== null && !Array.from(f.querySelectorAll(
	'svg circle, svg path, svg g line, svg g rect')).some(m => { let b = m.getBoundingClientRect(); return b.width + b.height > 0 }))
	.map(f => f.getAttribute('aria-label'))`

// cut are texts that leave their drawing.
const cut = `Array.from(document.querySelectorAll('figure svg')).flatMap(s => { let all = s.getBoundingClientRect(); return Array.from(s.querySelectorAll('text'))
	.filter(t => { let b = t.getBoundingClientRect(); return b.left < all.left - 1 || b.right > all.right + 1 }).map(t => t.textContent) })`

// shrunk counts the wide drawings that a phone, where they are scrolled, does not show in their own size.
const shrunk = `Array.from(document.querySelectorAll('figure svg.wide')).filter(s => s.getBoundingClientRect().width < s.getAttribute('width') - 1).length`

// wide is by how many pixels the page is wider than its window.
const wide = `document.documentElement.scrollWidth - innerWidth`

func TestPages(t *testing.T) {
	needBrowser(t)
	for name, make := range pages {
		path := make(t)
		for _, width := range []int64{1280, 390} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				p := open(t, path, width)
				eval[bool](p, `document.querySelectorAll('details').forEach(d => d.open = true), true`)
				if by := eval[int](p, wide); by > 0 {
					t.Errorf("the page is %d pixels wider than its window", by)
				}
				if names := eval[[]string](p, unseen); len(names) > 0 {
					t.Errorf("these figures show nothing: %q", names)
				}
				if texts := eval[[]string](p, cut); len(texts) > 0 {
					t.Errorf("these texts leave their drawings: %q", texts)
				}
				if n := eval[int](p, shrunk); width < 800 && n > 0 {
					t.Errorf("%d drawings say that they can be scrolled, and are shrunk", n)
				}
				if name != "empty" && eval[int](p, `document.querySelectorAll('figure svg').length`) < 2 {
					t.Error("the page has no pictures")
				}
				if name == "empty" && eval[int](p, `document.querySelectorAll('figure').length`) > 0 {
					t.Error("a run without trials has a picture")
				}
				p.quiet()
			})
		}
	}
}

func TestHostileTextIsText(t *testing.T) {
	needBrowser(t)
	p := open(t, pages["hostile"](t), 1280)
	for selector, want := range map[string]int{"script": 1, "style": 1, "img": 0, "svg svg": 0} {
		if got := eval[int](p, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)); got != want {
			t.Errorf("got %d of %s, want %d", got, selector, want)
		}
	}
	if got := eval[string](p, `document.title`); !strings.HasSuffix(got, hostile) {
		t.Errorf("the title is %q", got)
	}
	p.quiet()
}

func TestUnwholeRunsSaySo(t *testing.T) {
	needBrowser(t)
	for name, want := range map[string]string{"half": "not finished: 20 of", "one block": "has one block", "empty": "not finished: 0 of"} {
		p := open(t, pages[name](t), 390)
		if got := eval[string](p, `document.querySelector('[role=status]').innerText`); !strings.Contains(got, want) {
			t.Errorf("%s: the page says %q, want %q", name, got, want)
		}
	}
}

// The page of a run whose records were edited says so where its verdicts and figures were, whether the
// chain of the records shows it or only the seal on the file.
func TestEditedRunsSaySo(t *testing.T) {
	needBrowser(t)
	for name, edit := range edits {
		path := edited(t, edit.change)
		p := open(t, path, 390)
		if got := eval[string](p, `document.querySelector('[role=status]').innerText`); !strings.Contains(got, "changed or damaged") || !strings.Contains(got, edit.says) {
			t.Errorf("%s: the page says %q, want %q", name, got, edit.says)
		}
		if n := eval[int](p, `document.querySelectorAll('figure').length`); n > 0 {
			t.Errorf("%s: %d figures are drawn of records that are not believed", name, n)
		}
		if n := eval[int](p, `document.querySelectorAll('#arguments tr[data-key=supported], #arguments tr[data-key=refuted], #arguments tr[data-key=depends], #arguments tr[data-key=equivalent]').length`); n > 0 {
			t.Errorf("%s: %d arguments are settled by records that are not believed", name, n)
		}
		if got := eval[string](p, `document.querySelector('#models').innerText`); !strings.Contains(got, "were edited or damaged") {
			t.Errorf("%s: the place of the figures says %q", name, got)
		}
		p.quiet()
	}
}

// Everything can be read without scripts, and no control stands there that would do nothing.
func TestWithoutScripts(t *testing.T) {
	needBrowser(t)
	p := open(t, published(t), 1280, withoutScripts)
	if n := eval[int](p, `Array.from(document.querySelectorAll('button, form, input')).filter(e => e.offsetParent !== null && !e.closest('#legend')).length`); n > 0 {
		t.Errorf("%d controls are shown that do nothing", n)
	}
	if n := eval[int](p, `Array.from(document.querySelectorAll('#arguments tbody tr')).filter(e => e.offsetParent !== null).length`); n < 80 {
		t.Errorf("%d rows of arguments are shown", n)
	}
	if names := eval[[]string](p, unseen); len(names) > 0 {
		t.Errorf("these figures show nothing: %q", names)
	}
	p.quiet()
}

func TestFilter(t *testing.T) {
	p := open(t, published(t), 1280)
	const shown = `Array.from(document.querySelectorAll('#arguments tbody tr')).filter(e => e.offsetParent !== null).length`
	all := eval[int](p, shown)
	p.do(chromedp.SendKeys(chromedp.CSS(`#arguments input[type=search]`), "fanout sub-services"))
	few := eval[int](p, shown)
	if few == 0 || few >= all {
		t.Errorf("a search leaves %d of %d rows", few, all)
	}
	if got, want := eval[string](p, `document.querySelector('#arguments output').innerText`), fmt.Sprintf("%d of %d", few, all); got != want {
		t.Errorf("the count says %q, want %q", got, want)
	}
	p.do(chromedp.SendKeys(chromedp.CSS(`#arguments input[type=search]`), strings.Repeat(kb.Backspace, 40)))
	eval[bool](p, `(s => { s.value = 'inconclusive'; s.dispatchEvent(new Event('change')); return true })(document.querySelector('#arguments select'))`)
	if bad := eval[int](p, `Array.from(document.querySelectorAll('#arguments tbody tr')).filter(e => e.offsetParent !== null && e.dataset.key !== 'inconclusive').length`); bad > 0 {
		t.Errorf("%d rows have another verdict than the chosen one", bad)
	}
	p.quiet()
}

// dim counts the marks of other arms that stand back, and those of the arm itself.
func (p *tab) dim(arm string) (others, own int) {
	p.Helper()
	const count = `Array.from(document.querySelectorAll('svg .away')).filter(e => (e.dataset.arm === %q) === %t).length`
	return eval[int](p, fmt.Sprintf(count, arm, false)), eval[int](p, fmt.Sprintf(count, arm, true))
}

func TestOneModelLightsUpEverywhere(t *testing.T) {
	const arm = "thread"
	p := open(t, published(t), 1280)
	whole := eval[int](p, fmt.Sprintf(`Array.from(document.querySelectorAll('svg [data-arm]')).filter(e => e.dataset.arm !== %q).length`, arm))
	lit := func(how string, want bool) {
		t.Helper()
		others, own := p.dim(arm)
		if want && (others != whole || own != 0) || !want && others+own != 0 {
			t.Errorf("%s: %d of %d marks of others and %d of its own stand back; want lit %t", how, others, whole, own, want)
		}
	}
	lit("at first", false)
	button := fmt.Sprintf(`#legend [data-arm=%q]`, arm)
	at := eval[[]float64](p, fmt.Sprintf(`(b => [b.x + b.width / 2, b.y + b.height / 2])(document.querySelector(%q).getBoundingClientRect())`, button))
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
	lit("pointed at", true)
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 1, 1))
	lit("left", false)
	// A mark in a picture does the same.
	at = eval[[]float64](p, fmt.Sprintf(`(m => { m.scrollIntoView({block: 'center'}); let b = m.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })(document.querySelector('#models svg g[data-arm=%q] text'))`, arm))
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
	lit("pointed at in a picture", true)
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 1, 1))
	// By keyboard: focus, choose with Enter, go on, give up with Escape.
	p.do(chromedp.Focus(chromedp.CSS(button)))
	lit("focused", true)
	p.do(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab))
	if eval[bool](p, `document.activeElement.closest('#legend') !== null`) {
		t.Error("four steps on, the focus is still in the legend")
	}
	lit("chosen", true)
	p.do(chromedp.KeyEvent(kb.Escape))
	lit("given up", false)
	p.quiet()
}

func TestLinksLeadToSections(t *testing.T) {
	p := open(t, published(t), 1280)
	if lost := eval[[]string](p, `Array.from(document.querySelectorAll('a[href^="#"]')).map(a => a.getAttribute('href').slice(1)).filter(id => document.getElementById(id) === null)`); len(lost) > 0 {
		t.Errorf("these are linked and nowhere: %q", lost)
	}
	p.do(chromedp.Click(chromedp.CSS(`#arguments tbody tr a`)))
	target := eval[string](p, `document.querySelector(':target').id`)
	if top := eval[float64](p, `document.querySelector(':target').getBoundingClientRect().top`); !strings.HasPrefix(target, "claim-") || top < 0 || top > 844 {
		t.Errorf("the link led to %q, %g pixels from the top of the window", target, top)
	}
	p.quiet()
}

func TestTheme(t *testing.T) {
	for _, system := range []string{"light", "dark"} {
		p := open(t, published(t), 1280, prefers(system))
		seen := map[string]string{}
		for range 3 {
			name := eval[string](p, `document.querySelector('#theme span').innerText`)
			seen[name] = eval[string](p, `getComputedStyle(document.body).backgroundColor + getComputedStyle(document.querySelector('svg .bg')).fill`)
			p.do(chromedp.Click(chromedp.CSS(`#theme`)))
		}
		if len(seen) != 3 || seen["light"] == seen["dark"] || seen["system"] != seen[system] {
			t.Errorf("the system is %s; the themes show %v", system, seen)
		}
		p.quiet()
	}
}

// A crowded run still gives a page that opens. How long it took is logged, not asserted.
func TestCrowdedPageOpens(t *testing.T) {
	needBrowser(t)
	path := crowded(t)
	began := time.Now()
	p := open(t, path, 1280)
	took := time.Since(began)
	if n := eval[int](p, `document.querySelectorAll('*').length`); n > 40_000 {
		t.Errorf("the page has %d elements", n)
	}
	timing := eval[float64](p, `performance.getEntriesByType('navigation')[0].loadEventEnd`)
	t.Logf("loaded after %.0f ms by the page's clock, %v with a new tab", timing, took.Round(time.Millisecond))
	if names := eval[[]string](p, unseen); len(names) > 0 {
		t.Errorf("these figures show nothing: %q", names)
	}
	p.quiet()
}

var withoutScripts = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
})

// prefers is a system that asks for light or dark.
func prefers(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
