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
	if r.total+n > limit || client != "" && r.taken[client]+n > clientLimit {
		return errBusy
	}
	r.add(client, n)
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

func (r *room) add(client string, n int64) {
	r.total += n
	if client == "" {
		return
	}
	if r.taken == nil {
		r.taken = make(map[string]int64)
	}
	if r.taken[client] += n; r.taken[client] == 0 {
		delete(r.taken, client)
	}
}

func (r *room) heldBy(client string) int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.taken[client]
}
