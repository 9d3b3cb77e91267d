package hook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/infra/config"
)

// adoption refuses to create a Worker where the account has one of that name, which the provider would refuse as well, but
// only after the migrations had run. It says how to take the Worker over: with `pulumi import`, once. The import option
// will not do. The engine forgets an import that an update followed, so the next run would import the Worker again in its
// own place, and delete it.
type adoption struct {
	account config.Account
	script  string
}

func (a adoption) run(*pulumi.ResourceHookArgs) error {
	account, err := a.account.ReachQuickly()
	if err != nil {
		return err
	}

	err = account.Get(context.Background(), "/workers/scripts/"+a.script+"/bindings", nil)
	var refused *cloudflare.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a Worker named %s: %w", a.script, err)
	}
	return fmt.Errorf("a Worker %s already exists in the account, and this stack does not have it; take it over, which changes nothing in the account, "+
		"and deploy again:\n  pulumi %s", a.script, strings.Join(config.ImportWorker(a.account.ID, a.script), " "))
}
