package api

import (
	"cmp"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/studio"
)

// listWorkflows returns what can be ordered here: per workflow its model, its limits and its cost, so that a frontend need not
// know the models.
func (a *App) listWorkflows(w http.ResponseWriter, _ bunrouter.Request) error {
	var list struct {
		Workflows []workflowItem `json:"workflows"`
	}
	for _, workflow := range studio.Workflows() {
		list.Workflows = append(list.Workflows, a.describeWorkflow(workflow))
	}
	return httpio.WriteJSON(w, http.StatusOK, list)
}

type workflowItem struct {
	Workflow  studio.Workflow `json:"workflow"`
	Available bool            `json:"available"`
	Cost      balanceBody     `json:"cost"` // of one order, whatever the number of its images; of the default video
	Model     *modelBody      `json:"model"`
}

// modelBody describes a model. Null is a limit that is not known: the provider decides.
type modelBody struct {
	Provider       string         `json:"provider"`
	Name           string         `json:"name"`
	TimeoutSeconds int64          `json:"timeoutSeconds"`
	MaxImages      int64          `json:"maxImages"`
	MaxReferences  int            `json:"maxReferences"`
	Size           *sizeBody      `json:"size"`
	Prompt         *textLimitBody `json:"prompt"`
	NegativePrompt *textLimitBody `json:"negativePrompt"`
	ReferenceSides *sidesBody     `json:"referenceSides"`
	Video          *videoBody     `json:"video,omitempty"`
}

// videoBody has either a list of durations or their limits, in seconds. The first resolution is that of an order which names none.
type videoBody struct {
	Durations       []int64          `json:"durations,omitempty"`
	MinDuration     int64            `json:"minDuration,omitempty"`
	MaxDuration     int64            `json:"maxDuration,omitempty"`
	DefaultDuration int64            `json:"defaultDuration"`
	Resolutions     []resolutionBody `json:"resolutions"`
}

type resolutionBody struct {
	Name             string `json:"name"`
	CreditsPerSecond int64  `json:"creditsPerSecond"`
}

// sizeBody has the members of the rule that applies. Values is an empty list if the model chooses the size itself.
type sizeBody struct {
	Values    *[]string `json:"values,omitempty"`
	MinSide   int       `json:"minSide,omitempty"`
	MaxSide   int       `json:"maxSide,omitempty"`
	MinPixels int       `json:"minPixels,omitempty"`
	MaxPixels int       `json:"maxPixels,omitempty"`
	MaxRatio  int       `json:"maxRatio,omitempty"`
	Words     []string  `json:"words,omitempty"`
}

type textLimitBody struct {
	Max  int         `json:"max"`
	Unit studio.Unit `json:"unit"`
}

// sidesBody are limits of reference pictures in pixels; what lies beyond the advised ones gets a warning only.
type sidesBody struct {
	Min        int `json:"min,omitempty"`
	Max        int `json:"max,omitempty"`
	AdvisedMin int `json:"advisedMin,omitempty"`
	AdvisedMax int `json:"advisedMax,omitempty"`
	MaxRatio   int `json:"maxRatio,omitempty"`
}

func (a *App) describeWorkflow(workflow studio.Workflow) workflowItem {
	provider := a.studio.Provider
	model := provider.Model(workflow)
	item := workflowItem{Workflow: workflow, Cost: balanceBody(workflow.Cost(cmp.Or(model.Credits, 1)))}
	if model.Name == "" {
		return item
	}

	item.Available = provider.Ready() == nil
	item.Model = &modelBody{
		Provider:       provider.Name(),
		Name:           model.Name,
		TimeoutSeconds: int64(provider.Timeout().Seconds()),
		MaxImages:      model.MaxImages,
		MaxReferences:  model.MaxReferences,
		Size:           describeSize(model.Size),
		Prompt:         describeLimit(model.Prompt),
		NegativePrompt: describeLimit(model.NegativePrompt),
	}
	if model.Sides != (studio.Sides{}) {
		sides := sidesBody(model.Sides)
		item.Model.ReferenceSides = &sides
	}
	item.Model.Video = describeVideo(model.Video)
	return item
}

func describeVideo(rule *studio.VideoRule) *videoBody {
	if rule == nil {
		return nil
	}
	body := videoBody{
		Durations: rule.Seconds, MinDuration: rule.MinSeconds, MaxDuration: rule.MaxSeconds, DefaultDuration: studio.UsualSeconds,
	}
	for _, known := range rule.Resolutions {
		body.Resolutions = append(body.Resolutions, resolutionBody{known.Name, known.Credits})
	}
	return &body
}

func describeSize(rule studio.SizeRule) *sizeBody {
	body := sizeBody{
		MinSide: rule.MinSide, MaxSide: rule.MaxSide,
		MinPixels: rule.MinPixels, MaxPixels: rule.MaxPixels, MaxRatio: rule.MaxRatio, Words: rule.Words,
	}
	switch {
	case rule.None:
		body.Values = &[]string{}
	case rule.Values != nil:
		body.Values = &rule.Values
	case rule.MaxSide == 0 && rule.MaxPixels == 0:
		return nil
	}

	return &body
}

func describeLimit(limit studio.TextLimit) *textLimitBody {
	if limit.Max == 0 {
		return nil
	}
	body := textLimitBody(limit)
	return &body
}
