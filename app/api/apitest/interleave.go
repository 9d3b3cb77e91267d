package apitest

// Turn lets one act run from one wait to the next.
type Turn struct {
	waits chan bool // sent by the act: true at a wait, false at its end
	again chan struct{}
	able  bool
}

// Wait is called by an act where others may run. A nil Turn does not wait.
func (t *Turn) Wait() {
	if t != nil {
		t.waits <- true
		<-t.again
	}
}

func (t *Turn) pause() { t.able = <-t.waits }

func (t *Turn) goOn() {
	t.again <- struct{}{}
	t.pause()
}

// Step is one choice of a schedule: which of the acts that could continue did.
type Step struct{ Chosen, Of int }

// Interleave runs acts concurrently, one at a time, and returns the choices that were made. At each step the chosen one
// continues until its next wait; after the prefix, the first that can. A choice of more than there are begins again with the first.
func Interleave(prefix []int, acts ...func(*Turn)) []Step {
	turns := make([]*Turn, len(acts))
	for i, act := range acts {
		turn := &Turn{waits: make(chan bool), again: make(chan struct{})}
		turns[i] = turn
		go func() {
			act(turn)
			turn.waits <- false
		}()
		turn.pause()
	}

	var steps []Step
	for able := ableOf(turns); len(able) > 0; able = ableOf(turns) {
		chosen := 0
		if len(steps) < len(prefix) {
			chosen = prefix[len(steps)] % len(able)
		}
		steps = append(steps, Step{chosen, len(able)})
		able[chosen].goOn()
	}
	return steps
}

// NextSchedule returns the prefix of the schedule that follows, depth first; false if this was the last one.
func NextSchedule(steps []Step) ([]int, bool) {
	last := len(steps) - 1
	for last >= 0 && steps[last].Chosen+1 == steps[last].Of {
		last--
	}
	if last < 0 {
		return nil, false
	}

	prefix := make([]int, last+1)
	for i := range prefix {
		prefix[i] = steps[i].Chosen
	}
	prefix[last]++
	return prefix, true
}

func ableOf(turns []*Turn) []*Turn {
	var able []*Turn
	for _, turn := range turns {
		if turn.able {
			able = append(able, turn)
		}
	}
	return able
}
