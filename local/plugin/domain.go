package main

import (
	"context"
	"fmt"
)

type domain struct {
	AccountID   string `json:"accountId"`
	ZoneID      string `json:"zoneId"`
	Hostname    string `json:"hostname"`
	Service     string `json:"service"`
	Environment string `json:"environment,omitempty"`
	ID          string `json:"id,omitempty"` // as the API knows it: it changes with the hostname
}

type domainBody struct {
	ID          string `json:"id,omitempty"`
	ZoneID      string `json:"zone_id"`
	Hostname    string `json:"hostname"`
	Service     string `json:"service"`
	Environment string `json:"environment"`
}

func (d domain) path() string { return "/accounts/" + d.AccountID + "/workers/domains" }

func (b domainBody) domain(account string) domain {
	return domain{account, b.ZoneID, b.Hostname, b.Service, b.Environment, b.ID}
}

// domainKind is WorkersDomain. A changed hostname attaches a second domain and forgets the first, as with the genuine plugin:
// use one resource name per hostname.
func domainKind(api *client) kind {
	put := func(ctx context.Context, d domain) (domain, error) {
		environment := d.Environment
		if environment == "" {
			environment = "production"
		}
		var reply domainBody
		if err := api.call(ctx, "PUT", d.path(), domainBody{"", d.ZoneID, d.Hostname, d.Service, environment}, &reply); err != nil {
			return d, fmt.Errorf("failed to attach the domain %s: %w", d.Hostname, err)
		}
		return reply.domain(d.AccountID), nil
	}

	get := func(ctx context.Context, account, id string) (domain, error) {
		var reply domainBody
		if err := api.call(ctx, "GET", domain{AccountID: account}.path()+"/"+id, nil, &reply); err != nil {
			return domain{}, fmt.Errorf("failed to read the domain %s: %w", id, err)
		}
		return reply.domain(account), nil
	}

	return typed[domain]{
		fields{
			"accountId":   {required: true, replaces: true},
			"zoneId":      {required: true},
			"hostname":    {required: true},
			"service":     {required: true},
			"environment": {computed: true},
		},
		operations[domain]{
			create: func(ctx context.Context, d domain) (string, domain, error) {
				made, err := put(ctx, d)
				if err != nil {
					return "", d, err
				}
				read, err := get(ctx, d.AccountID, made.ID)
				return made.ID, read, err
			},
			read: func(ctx context.Context, id string, old domain) (string, domain, error) {
				account, id, err := locate(old.AccountID, id)
				if err != nil {
					return "", old, err
				}
				if old.ID != "" {
					id = old.ID
				}
				found, err := get(ctx, account, id)
				return id, found, err
			},
			update: func(ctx context.Context, _ string, _, d domain) (domain, error) { return put(ctx, d) },
			delete: func(ctx context.Context, id string, old domain) error {
				if old.ID != "" {
					id = old.ID
				}
				return api.call(ctx, "DELETE", old.path()+"/"+id, nil, nil)
			},
		},
	}
}
