package main

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// version is that of the plugin that this one stands in for. infra/engine tests that it is the version in go.mod.
const version = "5.49.1"

// provider answers the engine. It finds the kind of a resource by its token and delegates the rest.
type provider struct {
	plugin.UnimplementedProvider
	token string
	kinds map[tokens.Type]kind
}

func newProvider() *provider { return &provider{} }

func (p *provider) Pkg() tokens.Package { return "cloudflare" }

func (p *provider) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	parsed := semver.MustParse(version)
	return plugin.PluginInfo{Version: &parsed}, nil
}

func (p *provider) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	return plugin.GetSchemaResponse{Schema: []byte(`{"name":"cloudflare","version":"` + version + `"}`)}, nil
}

func (p *provider) SignalCancellation(context.Context) error { return nil }

func (p *provider) CheckConfig(_ context.Context, r plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: r.News}, nil
}

// DiffConfig reports no change, so that the provider and its resources are never replaced.
func (p *provider) DiffConfig(context.Context, plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	return plugin.DiffResult{Changes: plugin.DiffNone}, nil
}

func (p *provider) Configure(_ context.Context, r plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	settings, err := readSettings(r.Inputs)
	if err != nil {
		return plugin.ConfigureResponse{}, err
	}

	framework, workers := newClient(settings.framework(), frameworkAgent), newClient(settings, workersAgent)
	p.token = settings.token
	p.kinds = map[tokens.Type]kind{
		"cloudflare:index/d1Database:D1Database":                 databaseKind(framework),
		"cloudflare:index/r2Bucket:R2Bucket":                     bucketKind(framework),
		"cloudflare:index/ruleset:Ruleset":                       rulesetKind(framework),
		"cloudflare:index/workersScript:WorkersScript":           scriptKind(workers),
		"cloudflare:index/workersCronTrigger:WorkersCronTrigger": scheduleKind(workers),
		"cloudflare:index/workersDomain:WorkersDomain":           domainKind(workers),
		"cloudflare:index/workersRoute:WorkersRoute":             routeKind(workers),
	}
	return plugin.ConfigureResponse{}, nil
}

func (p *provider) kind(token tokens.Type) (kind, error) {
	if found, ok := p.kinds[token]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("the stand-in for the Cloudflare plugin has no resource type %s; install the genuine one: "+
		"pulumi plugin install resource cloudflare "+version, token)
}

// Check fails without a token, because it is the first call in which the genuine plugin needs one.
func (p *provider) Check(_ context.Context, r plugin.CheckRequest) (plugin.CheckResponse, error) {
	found, err := p.kind(r.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	if p.token == "" {
		return plugin.CheckResponse{}, errNoToken
	}
	return plugin.CheckResponse{Properties: noteDefaults(r.News), Failures: found.check(r.News)}, nil
}

func (p *provider) Diff(_ context.Context, r plugin.DiffRequest) (plugin.DiffResponse, error) {
	found, err := p.kind(r.Type)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	return found.diff(r.NewInputs, r.OldOutputs), nil
}

func (p *provider) Create(ctx context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
	found, err := p.kind(r.Type)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	if r.Preview {
		return plugin.CreateResponse{Properties: found.preview(r.Properties, nil), Status: resource.StatusOK}, nil
	}
	id, outputs, err := found.create(ctx, r.Properties)
	return plugin.CreateResponse{ID: id, Properties: outputs, Status: status(err)}, err
}

func (p *provider) Read(ctx context.Context, r plugin.ReadRequest) (plugin.ReadResponse, error) {
	found, err := p.kind(r.Type)
	if err != nil {
		return plugin.ReadResponse{Status: resource.StatusUnknown}, err
	}
	result, err := found.read(ctx, r.ID, r.State)
	return plugin.ReadResponse{ReadResult: result, Status: status(err)}, err
}

func (p *provider) Update(ctx context.Context, r plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	found, err := p.kind(r.Type)
	if err != nil {
		return plugin.UpdateResponse{Status: resource.StatusUnknown}, err
	}
	if r.Preview {
		return plugin.UpdateResponse{Properties: found.preview(r.NewInputs, r.OldOutputs), Status: resource.StatusOK}, nil
	}
	outputs, err := found.update(ctx, r.ID, r.OldOutputs, r.NewInputs)
	return plugin.UpdateResponse{Properties: outputs, Status: status(err)}, err
}

func (p *provider) Delete(ctx context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	found, err := p.kind(r.Type)
	if err != nil {
		return plugin.DeleteResponse{Status: resource.StatusUnknown}, err
	}
	err = found.delete(ctx, r.ID, r.Outputs)
	return plugin.DeleteResponse{Status: status(err)}, err
}

func status(err error) resource.Status {
	if err != nil {
		return resource.StatusUnknown
	}
	return resource.StatusOK
}
