package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ruleset and rule hold what a rate limiting rule uses, with the names that the program uses.
type ruleset struct {
	ZoneID      string `json:"zoneId"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Kind        string `json:"kind"`
	Phase       string `json:"phase"`
	Rules       []rule `json:"rules,omitempty"`
}

type rule struct {
	Action      string     `json:"action,omitempty"`
	Expression  string     `json:"expression"`
	Description string     `json:"description,omitempty"`
	Enabled     *bool      `json:"enabled,omitempty"`
	Ratelimit   *ratelimit `json:"ratelimit,omitempty"`
}

type ratelimit struct {
	Characteristics   []string `json:"characteristics"`
	Period            int      `json:"period"`
	RequestsPerPeriod int      `json:"requestsPerPeriod"`
	MitigationTimeout int      `json:"mitigationTimeout,omitempty"`
}

// The same with the names that the API uses.
type (
	rulesetBody struct {
		ID          string     `json:"id,omitempty"`
		Name        string     `json:"name,omitempty"`
		Description string     `json:"description"`
		Kind        string     `json:"kind,omitempty"`
		Phase       string     `json:"phase,omitempty"`
		Rules       []ruleBody `json:"rules"`
	}
	ruleBody struct {
		Action      string         `json:"action,omitempty"`
		Expression  string         `json:"expression"`
		Description string         `json:"description,omitempty"`
		Enabled     *bool          `json:"enabled,omitempty"`
		Ratelimit   *ratelimitBody `json:"ratelimit,omitempty"`
	}
	ratelimitBody struct {
		Characteristics   []string `json:"characteristics"`
		Period            int      `json:"period"`
		RequestsPerPeriod int      `json:"requests_per_period"`
		MitigationTimeout int      `json:"mitigation_timeout,omitempty"`
	}
)

func (r ruleset) bodyRules() []ruleBody {
	bodies := make([]ruleBody, 0, len(r.Rules))
	for _, one := range r.Rules {
		bodies = append(bodies, ruleBody{one.Action, one.Expression, one.Description, one.Enabled, (*ratelimitBody)(one.Ratelimit)})
	}
	return bodies
}

func (b rulesetBody) ruleset(zone string) ruleset {
	found := ruleset{ZoneID: zone, Name: b.Name, Description: b.Description, Kind: b.Kind, Phase: b.Phase}
	for _, one := range b.Rules {
		found.Rules = append(found.Rules, rule{one.Action, one.Expression, one.Description, one.Enabled, (*ratelimit)(one.Ratelimit)})
	}
	return found
}

func (r ruleset) path() string       { return "/zones/" + r.ZoneID + "/rulesets" }
func (r ruleset) entrypoint() string { return r.path() + "/phases/" + r.Phase + "/entrypoint" }

var errDuplicateRuleset = errors.New("a ruleset with rules already exists for this phase; import it, or delete it first")

// rulesetKind is Ruleset of a zone. A new one is created and then written as the phase's entry point.
func rulesetKind(api *client) kind {
	create := func(ctx context.Context, r ruleset) (string, ruleset, error) {
		var present rulesetBody
		switch err := api.call(ctx, "GET", r.entrypoint(), nil, &present); {
		case err == nil && (len(present.Rules) > 0 || present.Description != ""):
			return "", r, errDuplicateRuleset
		case err == nil:
			if err := api.call(ctx, "DELETE", r.path()+"/"+present.ID, nil, nil); err != nil {
				return "", r, err
			}
		case !isNotFound(err):
			return "", r, err
		}

		body := rulesetBody{"", r.Name, r.Description, r.Kind, r.Phase, r.bodyRules()}
		if err := api.call(ctx, "POST", r.path(), body, nil); err != nil {
			return "", r, fmt.Errorf("error creating ruleset %s: %w", r.Name, err)
		}
		var made rulesetBody
		if err := api.call(ctx, "PUT", r.entrypoint(), rulesetBody{Description: r.Description, Rules: r.bodyRules()}, &made); err != nil {
			return "", r, fmt.Errorf("error updating ruleset phase entrypoint %s: %w", r.Name, err)
		}
		return made.ID, made.ruleset(r.ZoneID), nil
	}
	return typed[ruleset]{
		fields{
			"zoneId":      {required: true, replaces: true},
			"name":        {required: true, replaces: true},
			"description": {computed: true},
			"kind":        {required: true, replaces: true},
			"phase":       {required: true, replaces: true},
			"rules":       {},
		},
		operations[ruleset]{
			create: create,
			read: func(ctx context.Context, id string, old ruleset) (string, ruleset, error) {
				zone, id, err := locate(old.ZoneID, strings.TrimPrefix(id, "zone/"))
				if err != nil {
					return "", old, err
				}
				var found rulesetBody
				err = api.call(ctx, "GET", ruleset{ZoneID: zone}.path()+"/"+id, nil, &found)
				if isNotFound(err) {
					return "", old, nil
				}
				return id, found.ruleset(zone), err
			},
			update: func(ctx context.Context, id string, _, r ruleset) (ruleset, error) {
				var made rulesetBody
				body := rulesetBody{ID: id, Description: r.Description, Rules: r.bodyRules()}
				err := api.call(ctx, "PUT", r.path()+"/"+id, body, &made)
				return made.ruleset(r.ZoneID), err
			},
			delete: func(ctx context.Context, id string, old ruleset) error {
				return api.call(ctx, "DELETE", old.path()+"/"+id, nil, nil)
			},
		},
	}
}
