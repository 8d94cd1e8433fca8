/** CI variables of projects, with GitLab's rules for masking. */
import { invalid, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathParam, projectFor } from "../http.ts";
import { ACCESS, type Project, type Variable } from "../model.ts";
import type { Params } from "../params.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";

function presentVariable(variable: Variable): Json {
  return { ...variable, value: variable.hidden ? null : variable.value };
}

export function registerVariables(app: App, state: State): void {
  const base = "/projects/:id/variables";
  const one = (c: Ctx, project: Project): Variable => {
    const key = pathParam(c, "key");
    const scope = c.var.params.nested("filter").text("environment_scope");
    return (
      project.variables.find(
        (row) => row.key === key && (scope === undefined || row.environment_scope === scope),
      ) ?? notFound("Variable")
    );
  };
  const assign = (params: Params, variable: Variable): Variable => {
    variable.value = params.text("value") ?? variable.value;
    variable.variable_type =
      params.oneOf("variable_type", ["env_var", "file"]) ?? variable.variable_type;
    const hides = params.flag("masked_and_hidden") ?? variable.hidden;
    variable.hidden = hides;
    variable.protected = params.flag("protected") ?? variable.protected;
    variable.masked = hides || (params.flag("masked") ?? variable.masked);
    variable.raw = params.flag("raw") ?? variable.raw;
    variable.environment_scope = params.text("environment_scope") ?? variable.environment_scope;
    variable.description = params.text("description") ?? variable.description;
    if (variable.masked && !/^[A-Za-z0-9+/=@:.~_-]{8,}$/.test(variable.value)) {
      invalid("value", "is invalid");
    }
    return variable;
  };
  app.get(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    return c.json(paginate(c, project.variables).map(presentVariable));
  });
  app.get(`${base}/:key`, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    return c.json(presentVariable(one(c, project)));
  });
  app.post(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    const { params } = c.var;
    const key = params.required("key");
    if (!/^[A-Za-z0-9_]{1,255}$/.test(key)) {
      invalid("key", "can contain only letters, digits and '_'.");
    }
    const variable = assign(params, {
      key,
      value: params.required("value"),
      variable_type: "env_var",
      protected: false,
      masked: false,
      hidden: false,
      raw: false,
      environment_scope: "*",
      description: null,
    });
    if (
      project.variables.some(
        (row) => row.key === key && row.environment_scope === variable.environment_scope,
      )
    ) {
      invalid("key", `(${key}) has already been taken`);
    }
    project.variables.push(variable);
    return c.json(presentVariable(variable), 201);
  });
  app.put(`${base}/:key`, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    return c.json(presentVariable(assign(c.var.params, one(c, project))));
  });
  app.delete(`${base}/:key`, (c) => {
    const { project } = projectFor(c, state, ACCESS.maintainer);
    project.variables.splice(project.variables.indexOf(one(c, project)), 1);
    return c.body(null, 204);
  });
}
