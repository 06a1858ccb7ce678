package ring

import "unsafe"

// What follows is the kernel's (include/uapi/linux/io_uring.h); golang.org/x/sys/unix
// has the numbers of the system calls and nothing else of it.

// sqe is struct io_uring_sqe: one operation asked for.
type sqe struct {
	opcode uint8
	flags  uint8
	ioprio uint16
	fd     int32
	off    uint64 // of a connect: the length of the address
	addr   uint64
	len    uint32
	op     uint32 // the operation's own flags: msg_flags, poll32_events, cancel_flags …
	user   uint64
	group  uint16
	_      uint16
	_      uint32
	_      [2]uint64
}

// cqe is struct io_uring_cqe: one operation's result.
type cqe struct {
	user  uint64
	res   int32
	flags uint32
}

// params is struct io_uring_params.
type params struct {
	sqEntries, cqEntries, flags, threadCPU, threadIdle, features, wqFD uint32
	_                                                                  [3]uint32
	sq                                                                 sqOffsets
	cq                                                                 cqOffsets
}

type sqOffsets struct {
	head, tail, mask, entries, flags, dropped, array, _ uint32
	_                                                   uint64
}

type cqOffsets struct {
	head, tail, mask, entries, overflow, cqes, flags, _ uint32
	_                                                   uint64
}

// waitArg is struct io_uring_getevents_arg with the time-out it points to.
type waitArg struct {
	sigmask   uint64
	sigmaskSz uint32
	_         uint32
	ts        uint64
	sec, nsec int64
}

const waitArgSize = unsafe.Offsetof(waitArg{}.sec)

// bufReg is struct io_uring_buf_reg; bufEntry is struct io_uring_buf, of which
// the first one's tail is that of the whole ring.
type bufReg struct {
	addr    uint64
	entries uint32
	group   uint16
	flags   uint16
	_       [3]uint64
}

type bufEntry struct {
	addr uint64
	len  uint32
	id   uint16
	tail uint16
}

const (
	setupCQSize       = 1 << 3
	setupClamp        = 1 << 4
	setupDisabled     = 1 << 6
	setupSubmitAll    = 1 << 7
	setupCoop         = 1 << 8
	setupTaskrunFlag  = 1 << 9
	setupSingleIssuer = 1 << 12
	setupDefer        = 1 << 13

	featSingleMap = 1 << 0
	featNoDrop    = 1 << 1
	featFastPoll  = 1 << 5
	featExtArg    = 1 << 8
	featTags      = 1 << 10 // came with multishot poll
	featSkip      = 1 << 11

	enterGetEvents = 1 << 0
	enterExtArg    = 1 << 3

	sqOverflow = 1 << 1
	sqTaskrun  = 1 << 2

	offSQ   = 0
	offSQEs = 0x10000000

	registerEnable  = 12
	registerBufRing = 22

	doPoll    = 6
	doAccept  = 13
	doCancel  = 14
	doConnect = 16
	doClose   = 19
	doSend    = 26
	doRecv    = 27

	sqeSelect = 1 << 5 // the kernel picks a provided buffer
	sqeSkip   = 1 << 6 // no completion for a success

	pollMulti   = 1 << 0
	acceptMulti = 1 << 0
	recvMulti   = 1 << 1

	cqeBuffer = 1 << 0 // a provided buffer was used: its number is in the upper half of flags
	cqeMore   = 1 << 1 // a multishot goes on
)
