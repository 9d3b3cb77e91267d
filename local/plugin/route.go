package main

import (
	"context"
	"fmt"
)

type route struct {
	ZoneID     string `json:"zoneId"`
	Pattern    string `json:"pattern"`
	ScriptName string `json:"scriptName,omitempty"`
}

type routeBody struct {
	ID      string `json:"id,omitempty"`
	Pattern string `json:"pattern"`
	Script  string `json:"script"`
}

func (r route) path() string { return "/zones/" + r.ZoneID + "/workers/routes" }

// routeKind is WorkersRoute. A single route is not read by its ID: the list is searched.
func routeKind(api *client) kind {
	return typed[route]{
		fields{
			"zoneId":     {required: true, replaces: true},
			"pattern":    {required: true},
			"scriptName": {},
		},
		operations[route]{
			create: func(ctx context.Context, r route) (string, route, error) {
				var made routeBody
				if err := api.call(ctx, "POST", r.path(), routeBody{"", r.Pattern, r.ScriptName}, &made); err != nil {
					return "", r, fmt.Errorf("failed to create the route %s: %w", r.Pattern, err)
				}
				return made.ID, r, nil
			},
			read: func(ctx context.Context, id string, old route) (string, route, error) {
				zone, id, err := locate(old.ZoneID, id)
				if err != nil {
					return "", old, err
				}

				var routes []routeBody
				if err := api.call(ctx, "GET", route{ZoneID: zone}.path(), nil, &routes); err != nil {
					return "", old, fmt.Errorf("failed to read the routes of zone %s: %w", zone, err)
				}
				for _, one := range routes {
					if one.ID == id {
						return id, route{zone, one.Pattern, one.Script}, nil
					}
				}

				return "", old, nil
			},
			update: func(ctx context.Context, id string, _, r route) (route, error) {
				return r, api.call(ctx, "PUT", r.path()+"/"+id, routeBody{id, r.Pattern, r.ScriptName}, nil)
			},
			delete: func(ctx context.Context, id string, old route) error {
				return api.call(ctx, "DELETE", old.path()+"/"+id, nil, nil)
			},
		},
	}
}
