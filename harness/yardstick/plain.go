package yardstick

import (
	"fmt"
	"io"
	"net"
)

// answer is what PlainNet says to everything.
const answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nabcdefghijklm"

// PlainNet serves as a Go program does that knows no protocol: a goroutine per
// connection with a buffer of 4 KiB, one fixed answer to each read. It is the floor
// under what a connection costs in goroutines. It serves until in ends.
func PlainNet(in io.Reader, out io.Writer) error {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go plain(c)
		}
	}()
	if _, err := fmt.Fprintf(out, "listening %s\n", ln.Addr()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

func plain(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 4<<10)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}
