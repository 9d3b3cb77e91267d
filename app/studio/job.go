package studio

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/sleep"
)

// The provider's tasks are looked at by whoever comes first: the request that waits, a reader of the history, or the schedule. A
// look takes the task for LookPause, so that others leave it alone meanwhile. Two may look at once all the same, if one is slow:
// every step can be repeated.
const (
	LookPause = 5 * time.Second
	slowPause = 15 * time.Second // between the looks at a task that has been running for a minute
	lookTime  = 15 * time.Second // that the provider's answer may take
)

// errDeleted is the end of a generation that its owner deleted while it was made.
var errDeleted = fault.New(fault.NotFound, "The generation was deleted.")

// tasks is the provider, for a model that makes images in tasks.
func (s *Service) tasks() TaskProvider { return s.Provider.(TaskProvider) }

// Wait is how long the sender of an order waits for a task.
type Wait struct {
	Async bool          // the sender takes a Result that is Running
	For   time.Duration // that an Async one waits before
}

// generateInTask starts a task, writes its ID down, and waits for it as long as the sender does. Nothing is lost if this
// program dies, once the ID is written.
func (s *Service) generateInTask(ctx context.Context, note Note, order *Order, references []referenceRecord) (Result, error) {
	job, err := s.startTask(ctx, note, order, references)
	if err != nil {
		return Result{}, err
	}
	return s.await(ctx, job)
}

// startTask begins with the references: once the task is there, nothing else is waited for before its ID is written.
func (s *Service) startTask(ctx context.Context, note Note, order *Order, references []referenceRecord) (Job, error) {
	starting, cancel := context.WithTimeout(ctx, note.Until.Sub(s.Now()))
	defer cancel()
	order.freeEarly()
	<-s.storeReferences(starting, references)
	task, err := s.tasks().StartTask(starting, order)
	if err != nil {
		return Job{}, s.fail(ctx, note, err)
	}
	return s.beginTask(ctx, note, task)
}

// beginTask writes a task's ID down. If the generation is gone, or the ID cannot be written, the task is cancelled.
func (s *Service) beginTask(ctx context.Context, note Note, task string) (Job, error) {
	job := Job{Note: note, TaskID: task, Begun: s.Now(), LookAt: s.Now().Add(LookPause)}
	status, err := s.recordTask(ctx, job)
	if err == nil && (status == Running || status == Succeeded) {
		return job, nil
	}

	cancelled := s.cancelTask(ctx, task)
	switch {
	case err != nil:
		return Job{}, s.fail(ctx, note, err)
	case status == "" && cancelled:
		return Job{}, s.fail(ctx, note, fault.Wrap(fault.Internal, interrupted, errDeleted))
	case status == "":
		return Job{}, errDeleted
	}
	return Job{}, fault.New(fault.Internal, interrupted)
}

// recordTask retries once, in case only the answer was lost.
func (s *Service) recordTask(ctx context.Context, job Job) (Status, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var answer *Answer
	if job.Keyed && job.Wait.Async && job.Wait.For == 0 {
		sent, err := s.Answer(ctx, job.RequestID, job.running(), nil)
		if err != nil {
			return "", err
		}
		answer = &sent
	}

	model := s.Provider.Model(job.Workflow).Name
	status, err := s.Store.BeginTask(ctx, job, model, answer)
	if err != nil {
		status, err = s.Store.BeginTask(ctx, job, model, answer)
	}
	return status, err
}

// running is the result of a job that goes on.
func (j Job) running() Result {
	return Result{Running: true, Charge: j.Charge, Balance: j.Balance, Warnings: j.Warnings}
}

// cancelTask reports whether the task will not run. A failure is logged.
func (s *Service) cancelTask(ctx context.Context, task string) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	cancelled, err := s.tasks().CancelTask(ctx, task)
	if err != nil {
		s.Log(ctx).Warn().Err(err).Str("task", task).Msg("a task was not cancelled")
	}
	return cancelled
}

// Stop cancels the task of a generation that is about to be deleted, and returns what that means for its credit: it is returned
// if the task will not run, and spent if the provider is already at work.
func (s *Service) Stop(ctx context.Context, job Job) TaskEnd {
	cancelled := s.cancelTask(context.WithoutCancel(ctx), job.TaskID)
	return TaskEnd{Delete: true, Refund: cancelled, Charge: job.Charge}
}

// await looks at a job until it ends, or its sender waits no longer. Errors: those of Generate, and *StillRunning.
func (s *Service) await(ctx context.Context, job Job) (Result, error) {
	until := job.Until
	if job.Wait.Async {
		if waited := job.Begun.Add(job.Wait.For); waited.Before(until) {
			until = waited
		}
	}
	for pause := lookPause(job, s.Now()); !s.Now().Add(pause).After(until); pause = lookPause(job, s.Now()) {
		if err := s.pause(ctx, pause); err != nil {
			return Result{}, err
		}
		result, ended, err := s.look(ctx, &job)
		if ended {
			return result, err
		}
		if err != nil {
			s.Log(ctx).Warn().Err(err).Str("generation", job.GenerationID).Msg("a task could not be looked at")
		}
	}

	if job.Wait.Async {
		return job.running(), nil
	}
	return Result{}, &StillRunning{GenerationID: job.GenerationID}
}

// lookPause grows with the age of the task: the provider answers few questions per second.
func lookPause(job Job, now time.Time) time.Duration {
	if job.Begun.IsZero() {
		return LookPause // of somebody who does not know the task yet
	}
	return min(max(now.Sub(job.Begun)/4, time.Second), slowPause)
}

func (s *Service) pause(ctx context.Context, pause time.Duration) error {
	if s.Sleep != nil {
		return s.Sleep(ctx, pause)
	}
	return sleep.For(ctx, pause)
}
