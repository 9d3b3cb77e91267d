package api

import "sync"

// room counts how much of a limited resource is taken: in total, and per client.
type room struct {
	mutex sync.Mutex
	taken map[string]int64
	total int64
}

// take takes n, or fails with errBusy and takes nothing. An unknown client, "", is limited by the total only.
func (r *room) take(client string, n, limit, clientLimit int64) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	held := r.taken[client]
	if r.total+n > limit || client != "" && held+n > clientLimit {
		return errBusy
	}
	r.set(client, held, n)
	return nil
}

func (r *room) give(client string, n int64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.add(client, -n)
}

// move transfers n from one client to another, or fails with errBusy and changes nothing.
func (r *room) move(from, to string, n, clientLimit int64) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if to != from && r.taken[to]+n > clientLimit {
		return errBusy
	}
	r.add(from, -n)
	r.add(to, n)
	return nil
}

func (r *room) add(client string, n int64) { r.set(client, r.taken[client], n) }

// set adds n to what a client holds.
func (r *room) set(client string, held, n int64) {
	r.total += n
	switch {
	case client == "":
	case held+n == 0:
		delete(r.taken, client)
	case r.taken == nil:
		r.taken = map[string]int64{client: n}
	default:
		r.taken[client] = held + n
	}
}

func (r *room) heldBy(client string) int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.taken[client]
}
