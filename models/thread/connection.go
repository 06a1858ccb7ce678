package thread

import (
	"errors"
	"fmt"

	"assay/models/base/blocking"
	"assay/models/base/sock"
)

// perConnection starts a thread for each connection, which lives as long.
func (s *server) perConnection() error {
	refuser, err := blocking.NewRefuser(s.env)
	if err != nil {
		return err
	}
	var clients sock.Clients
	serve := func(c *blocking.Stream) { s.desk().Stay(c) }
	err = blocking.Accept(s.env, func(fd int) {
		c := blocking.NewStream(fd)
		clients.Add(&c.Client)
		if !blocking.Start(s.threads, serve, c) {
			c.Leave()
			if err := refuser.Refuse(fd); err != nil {
				fmt.Fprintf(s.env.Log, "thread: refuse a connection: %v\n", err)
			}
		}
	})
	clients.Drain()
	clients.Wait()
	return errors.Join(err, refuser.Close())
}
