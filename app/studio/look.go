package studio

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/safejson"
)

// copyTime is how long the images of a task may take to be copied at once. The schedule begins to copy after firstRetry.
const copyTime = 40 * time.Second

// Look moves a running generation on, if it is the turn of whoever calls.
func (s *Service) Look(ctx context.Context, generationID string) error {
	job := Job{Note: Note{Charge: Charge{GenerationID: generationID}}}
	_, ended, err := s.look(context.WithoutCancel(ctx), &job)
	if ended {
		return nil // the row says how
	}
	return err
}

// look asks for a job's task, unless somebody else has just done so, and ends the generation with the task. It reports whether
// the generation has ended, with its result or why there is none; an error without that is one of this look.
func (s *Service) look(ctx context.Context, job *Job) (result Result, ended bool, err error) {
	now := s.Now()
	claimed, outcome, err := s.Store.ClaimTask(ctx, job.GenerationID, job.LookAt, now, now.Add(max(LookPause, lookPause(*job, now))))
	switch {
	case err != nil:
		return Result{}, false, err
	case claimed == nil && outcome.Status == Running:
		return Result{}, false, nil
	case claimed == nil:
		result, err := s.ended(job, outcome)
		return result, true, err
	}
	*job = *claimed

	asking, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	state, result, err := s.tasks().PollTask(asking, job.Workflow, job.TaskID)
	if !state.Ended() && now.After(job.Begun.Add(ImageLife)) {
		state = TaskLost
	}
	switch state {
	case TaskSucceeded:
		return s.finish(ctx, *job, result)
	case TaskFailed:
		return s.giveUp(ctx, *job, err)
	case TaskCancelled:
		return s.giveUp(ctx, *job, fault.New(fault.UpstreamFailed, "The generation was cancelled. The credit was returned."))
	case TaskLost:
		return s.giveUp(ctx, *job, fault.New(fault.UpstreamFailed, "The image provider lost the generation. The credit was returned."))
	}
	return Result{}, false, err
}

// finish records what a task made, and then copies it: what is not copied now, the schedule copies.
func (s *Service) finish(ctx context.Context, job Job, result Result) (Result, bool, error) {
	defer result.Close()
	result.Charge, result.Balance, result.Warnings = job.Charge, job.Balance, job.Warnings
	if s.Bucket != nil {
		for i, image := range result.Images {
			result.Copies = append(result.Copies, Copy{Position: i, SourceURL: image.URL})
		}
	}
	if err := s.complete(ctx, job.Note, result); err != nil {
		return Result{}, false, err
	}

	ctx, cancel := copyContext(ctx, job.Workflow, copyTime)
	defer cancel()
	for _, made := range s.copyAll(ctx, job.Charge, result.Images) {
		if made.Key != "" {
			err := s.finishCopy(ctx, DueCopy{Charge: job.Charge, Copy: made}, made)
			if err != nil {
				s.Log(ctx).Warn().Err(err).Str("generation", job.GenerationID).Int("image", made.Position).Msg("a copy was not recorded yet")
			}
		}
	}
	return result, true, nil
}

// giveUp records why there will be no images. If that fails, somebody will look again.
func (s *Service) giveUp(ctx context.Context, job Job, cause error) (Result, bool, error) {
	failure, err := s.recordFailure(ctx, job.Note, cause)
	if err != nil {
		return Result{}, false, errors.Join(cause, err)
	}
	if failure.Status == Succeeded {
		return Result{}, false, nil // somebody else saw more, and the next look finds it
	}
	return Result{}, true, cause
}

// ended returns what somebody else made of a job.
func (s *Service) ended(job *Job, outcome Outcome) (Result, error) {
	switch outcome.Status {
	case "":
		return Result{}, errDeleted
	case Failed:
		return Result{}, fault.New(fault.Code(outcome.ErrorCode), outcome.ErrorMessage)
	}

	result := Result{
		ProviderRequestID: outcome.ProviderRequestID, Model: outcome.Model,
		Charge: job.Charge, Balance: job.Balance, Warnings: job.Warnings,
	}
	var output storedOutput
	if outcome.OutputJSON != nil {
		if err := safejson.Unmarshal([]byte(*outcome.OutputJSON), &output); err != nil {
			return Result{}, fmt.Errorf("read the output of a generation: %w", err)
		}
	}
	for _, address := range output.Images {
		result.Images = append(result.Images, Image{URL: address})
	}
	result.Usage = output.Usage
	return result, nil
}
