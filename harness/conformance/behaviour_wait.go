package conformance

import (
	"fmt"
	"strings"
	"time"
)

// What the cases about waiting for each other find.
const (
	DeadlockFound = "deadlock-found" // all who take part wait for ever, and the rest is served
	NoDeadlock    = "no-deadlock"
)

var waitFindings = []string{DeadlockFound, NoDeadlock}

var waitBehaviours = []Behaviour{
	{
		Case{"behaviour/locks-crossed", "two requests take two locks in opposite order, each with a wait between them", behaving(3), locksCrossed},
		[]string{"async-no-deadlock", "greenlets-keep-problems"},
		waitFindings,
	},
	{
		Case{"behaviour/queue-own-consumer", "the only consumer of a full bounded queue waits for room in it", behaving(1), queueOwnConsumer},
		[]string{"async-no-deadlock", "greenlets-keep-problems"},
		waitFindings,
	},
	{
		Case{"behaviour/thread-lock-over-wait", "a lock made for threads is held over a wait, and a second request wants it", behaving(2), threadLock},
		[]string{"async-no-deadlock", "greenlets-keep-problems"},
		waitFindings,
	},
}

// locksCrossed crosses two locks. In the same order they must not hang, or the case
// would see hangs where there are none.
func locksCrossed(t *T) {
	if hang := lockPair(t, "ab", "ab", 20); hang != "" {
		t.Fatalf("two requests that take two locks in the same order hang: %s", brief(hang))
	}
	for _, wait := range []int{100, 300, 900} { // on a busy machine the second request may come late
		if hang := lockPair(t, "ab", "ba", wait); hang != "" {
			t.Dial().served()
			t.Find(DeadlockFound, "%s", hang)
			return
		}
	}
	t.Find(NoDeadlock, "both requests were answered, in both orders")
}

// lockPair sends two requests that take the two locks in those orders, with a wait of so
// many ms behind the first lock, and returns what one says that gave up; "" if both got both.
func lockPair(t *T, first, second string, wait int) (hang string) {
	orders := []string{first, second}
	clients := t.dialMany(2)
	t.quietBackends()
	for i, order := range orders {
		clients[i].Send(get(fmt.Sprintf("/behaviour/locks?n=%d&order=%s&d=%d&within=%d", i+1, order, 1000*wait, 1000*(4*wait+700))))
		if i == 0 {
			t.callsSeen(1)
		}
	}
	for _, c := range clients {
		if h := c.hang(); h != "" {
			hang = h
		}
	}
	return hang
}

// hang reads an answer: what it says of who waits for whom, or "" for "ok".
func (c *Conn) hang() string {
	a := c.WantStatus(200)
	body := strings.TrimSpace(a.Body)
	if body == "ok" {
		return ""
	}
	text, hangs := strings.CutPrefix(body, "hang: ")
	if !hangs {
		c.t.Fatalf("answer %s: want ok or hang: …", brief(a.Body))
	}
	return text
}

// served proves that the server serves on.
func (c *Conn) served() {
	c.Send(get("/behaviour/who"))
	c.WantStatus(200)
}

func queueOwnConsumer(t *T) {
	c := t.Dial()
	c.Send(get("/behaviour/queue?makes=1&within=700000"))
	if hang := c.hang(); hang != "" {
		t.Fatalf("a consumer that makes an item of each hangs: %s", brief(hang))
	}
	c.Send(get("/behaviour/queue?makes=2&within=700000"))
	hang := c.hang()
	if hang == "" {
		t.Find(NoDeadlock, "a consumer that makes two items of each went on")
		return
	}
	c.served()
	t.Find(DeadlockFound, "%s", hang)
}

// threadLock: where a wait keeps the thread, the second request waits for the lock and
// gets it. Where one thread serves all, it waits for the lock, and nobody is left to end
// the first one's wait.
func threadLock(t *T) {
	for _, wait := range []int{100, 300} {
		clients := t.dialMany(2)
		t.quietBackends()
		clients[0].Send(get(fmt.Sprintf("/behaviour/mutex?n=1&d=%d&within=1500000", 1000*wait)))
		t.callsSeen(1)
		start := time.Now()
		clients[1].Send(get(fmt.Sprintf("/behaviour/mutex?n=2&d=%d&within=1500000", 1000*wait)))
		for _, c := range clients {
			if hang := c.hang(); hang != "" {
				c.t.Dial().served()
				t.Find(DeadlockFound, "%s; it gave up after %.1f s, and all stood still", hang, time.Since(start).Seconds())
				return
			}
		}
	}
	t.Find(NoDeadlock, "the second request waited for the lock and got it")
}
