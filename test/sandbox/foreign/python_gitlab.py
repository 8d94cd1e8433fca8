"""Works through the sandbox with python-gitlab, as an administrator; prints one line a check and fails on the first wrong one."""
import base64
import sys
import tempfile

import gitlab

url, token = sys.argv[1], sys.argv[2]
gl = gitlab.Gitlab(url, private_token=token)
checks = 0


def check(name, value):
    global checks
    if not value:
        print("FAILED", name)
        sys.exit(1)
    checks += 1


def refused(name, code, act):
    try:
        act()
    except gitlab.exceptions.GitlabError as error:
        check(f"{name}: {error.response_code}", error.response_code == code)
        return error
    check(name, False)


def user(username):
    one = gl.users.create({"username": username, "name": username, "email": f"{username}@example.org",
                           "password": "correct horse battery", "skip_confirmation": True})
    pat = one.personal_access_tokens.create({"name": "t", "scopes": ["api"]})
    client = gitlab.Gitlab(url, private_token=pat.token)
    client.auth()
    check("auth", client.user.username == username)
    return one, client


# Who am I, groups, projects, members.
gl.auth()
check("admin", gl.user.is_admin)
check("version", gl.version()[0] != "unknown")
group = gl.groups.create({"name": "Py", "path": "py"})
sub = gl.groups.create({"name": "Sub", "path": "sub", "parent_id": group.id})
check("subgroup", gl.groups.get("py/sub").id == sub.id)
check("subgroups", [one.id for one in group.subgroups.list(get_all=True)] == [sub.id])
project = gl.projects.create({"name": "Case", "path": "case", "namespace_id": sub.id, "initialize_with_readme": True})
check("path", project.path_with_namespace == "py/sub/case")
check("by path", gl.projects.get("py/sub/case").id == project.id)
dev, dev_client = user("py-dev")
guest, guest_client = user("py-guest")
outsider, outsider_client = user("py-outsider")
project.members.create({"user_id": dev.id, "access_level": gitlab.const.AccessLevel.DEVELOPER})
member = project.members.create({"user_id": guest.id, "access_level": gitlab.const.AccessLevel.GUEST})
member.access_level = 10
member.expires_at = "2099-01-01"
member.save()
check("members", {one.id for one in project.members.list(get_all=True)} >= {dev.id, guest.id})
check("all members", gl.user.id in {one.id for one in project.members_all.list(get_all=True)})
refused("member twice", 409, lambda: project.members.create({"user_id": dev.id, "access_level": 30}))
refused("no project", 404, lambda: outsider_client.projects.get(project.id))
refused("project name missing", 400, lambda: gl.projects.create({"namespace_id": sub.id}))
refused("bad token", 401, lambda: gitlab.Gitlab(url, private_token="glpat-wrong").auth())
project.description = "changed"
project.save()
check("project edit", gl.projects.get(project.id).description == "changed")

# Labels.
label = project.labels.create({"name": "State::Ready", "color": "#00ff00"})
project.labels.create({"name": "State::Done", "color": "#0000ff"})
refused("label twice", 409, lambda: project.labels.create({"name": "State::Done", "color": "#0000ff"}))
label.description = "to start"
label.save()
check("labels", {one.name for one in project.labels.list(get_all=True)} == {"State::Ready", "State::Done"})

# Issues and confidentiality.
as_dev = dev_client.projects.get(project.id)
issue = as_dev.issues.create({"title": "First", "description": "Text", "confidential": True, "labels": ["State::Ready"]})
check("confidential", issue.confidential and issue.iid == 1)
issue.labels = ["State::Ready", "State::Done"]
issue.save()
check("one of a scope", as_dev.issues.get(1).labels == ["State::Done"])
gl.projects.get(project.id).issues.update(1, {"add_labels": "State::Ready"})
check("sibling goes", as_dev.issues.get(1).labels == ["State::Ready"])
events = [(one.action, one.label["name"]) for one in issue.resourcelabelevents.list(get_all=True)]
check("label events", ("remove", "State::Done") in events and ("add", "State::Ready") in events)
as_guest = guest_client.projects.get(project.id)
refused("guest sees no confidential issue", 404, lambda: as_guest.issues.get(1))
check("nor in the list", as_guest.issues.list(get_all=True) == [])
own = as_guest.issues.create({"title": "Own", "confidential": True})
check("own is seen", as_guest.issues.get(own.iid).title == "Own")
refused("title missing", 400, lambda: dev_client.http_post(f"/projects/{project.id}/issues", post_data={"description": "x"}))
refused("title too long", 400, lambda: as_dev.issues.create({"title": "x" * 256}))
issue.state_event = "close"
issue.save()
check("closed", as_dev.issues.get(1).state == "closed")
check("state events", [one.state for one in issue.resourcestateevents.list(get_all=True)] == ["closed"])
issue.state_event = "reopen"
issue.save()

# Notes and quick actions.
note = issue.notes.create({"body": "hello"})
note.body = "changed"
note.save()
check("note", issue.notes.get(note.id).body == "changed")
issue.notes.create({"body": "with\n/label ~\"State::Done\""})
check("quick action", as_dev.issues.get(1).labels == ["State::Done"])
check("cut", any(one.body == "with" for one in issue.notes.list(get_all=True)))
issue.notes.create({"body": "/close"})
check("command only", as_dev.issues.get(1).state == "closed")
refused("failed command", 400, lambda: issue.notes.create({"body": "/label ~nothing"}))
note.delete()
refused("deleted note", 404, lambda: issue.notes.get(note.id))
thread = issue.discussions.create({"body": "a thread"})
thread.notes.create({"body": "an answer"})
check("thread", len(issue.discussions.get(thread.id).attributes["notes"]) == 2)
check("participants", {one["id"] for one in issue.participants()} == {dev.id})

# Links.
second = as_dev.issues.create({"title": "Second"})
issue.links.create({"target_project_id": project.id, "target_issue_iid": second.iid})
check("link", [one.iid for one in issue.links.list(get_all=True)] == [second.iid])
refused("link twice", 409, lambda: issue.links.create({"target_project_id": project.id, "target_issue_iid": second.iid}))
issue.links.delete(issue.links.list(get_all=True)[0].issue_link_id)
check("no link", issue.links.list(get_all=True) == [])

# Pages over 250 issues.
for number in range(250):
    as_dev.issues.create({"title": f"Many {number}", "labels": ["many"]})
check("250", len(as_dev.issues.list(labels=["many"], get_all=True)) == 250)
page = as_dev.issues.list(labels=["many"], page=3, per_page=100)
check("third page", len(page) == 50)
lazy = as_dev.issues.list(labels=["many"], per_page=20, iterator=True)
check("totals", lazy.total == 250 and lazy.total_pages == 13 and len(list(lazy)) == 250)
keyset = gl.projects.list(pagination="keyset", order_by="id", per_page=1, get_all=True)
check("keyset", project.id in [one.id for one in keyset])
check("search", [one.title for one in as_dev.issues.list(search="Many 249", get_all=True)] == ["Many 249"])
check("not", len(as_dev.issues.list(**{"not[labels]": "many"}, get_all=True)) == 3)
check("iids", [one.iid for one in as_dev.issues.list(iids=[1], get_all=True)] == [1])

# Branches, commits, files.
branch = as_dev.branches.create({"branch": "work", "ref": "main"})
refused("branch twice", 400, lambda: as_dev.branches.create({"branch": "work", "ref": "main"}))
file = as_dev.files.create({"file_path": "a/b c.txt", "branch": "work", "content": "one", "commit_message": "Add"})
check("file", base64.b64decode(as_dev.files.get("a/b c.txt", ref="work").content) == b"one")
refused("file twice", 400, lambda: as_dev.files.create({"file_path": "a/b c.txt", "branch": "work", "content": "one", "commit_message": "Add"}))
refused("no file", 404, lambda: as_dev.files.get("nothing.txt", ref="work"))
commit = as_dev.commits.create({"branch": "work", "commit_message": "Two", "actions": [
    {"action": "create", "file_path": "x.txt", "content": "x\n"},
    {"action": "update", "file_path": "a/b c.txt", "content": "two"}]})
check("commit", as_dev.commits.get(commit.id).title == "Two")
check("commits", [one.title for one in as_dev.commits.list(ref_name="work", get_all=True)][:2] == ["Two", "Add"])
check("diff", {one["new_path"] for one in commit.diff(get_all=True)} == {"x.txt", "a/b c.txt"})
refused("protected", 403, lambda: as_dev.commits.create({"branch": "main", "commit_message": "No", "actions": [
    {"action": "create", "file_path": "y.txt", "content": "y"}]}))
check("tree", {one["name"] for one in as_dev.repository_tree(ref="work", get_all=True)} == {"README.md", "a", "x.txt"})
check("raw", as_dev.files.raw("x.txt", ref="work") == b"x\n")

# Merge request and approvals.
mr = as_dev.mergerequests.create({"source_branch": "work", "target_branch": "main", "title": "Work"})
refused("merge request twice", 409, lambda: as_dev.mergerequests.create({"source_branch": "work", "target_branch": "main", "title": "Work"}))
refused("author does not approve", 401, lambda: mr.approve())
as_admin = gl.projects.get(project.id)
admin_mr = as_admin.mergerequests.get(mr.iid)
refused("wrong sha", 409, lambda: admin_mr.approve("0" * 40))
admin_mr.approve(admin_mr.sha)
check("approved by", [one["user"]["id"] for one in admin_mr.approvals.get().approved_by] == [gl.user.id])
admin_mr.unapprove()
check("unapproved", admin_mr.approvals.get().approved_by == [])
mr_note = admin_mr.notes.create({"body": "fine"})
check("merge request note", mr_note.body == "fine")
refused("developer does not merge", 401, lambda: mr.merge())
admin_mr.merge(should_remove_source_branch=True)
check("merged", as_admin.mergerequests.get(mr.iid).state == "merged")

# Hooks, triggers, pipelines, schedules, variables, packages.
hook = as_admin.hooks.create({"url": "http://127.0.0.1:9/hook", "issues_events": True, "confidential_issues_events": False})
hook.note_events = True
hook.save()
check("hook", as_admin.hooks.get(hook.id).note_events is True)
refused("hooks for maintainers", 403, lambda: as_dev.hooks.list(get_all=True))
hook.delete()
trigger = as_admin.triggers.create({"description": "wake"})
pipeline = as_admin.trigger_pipeline("main", trigger.token, variables={"A": "x&y=z"})
check("trigger", pipeline.source == "trigger")
check("variables", {"A": "x&y=z"}.items() <= {one.key: one.value for one in as_admin.pipelines.get(pipeline.id).variables.list(get_all=True)}.items())
refused("wrong trigger", 404, lambda: as_admin.trigger_pipeline("main", "glptt-wrong"))
check("pipelines", len(as_admin.pipelines.list(source="trigger", get_all=True)) == 1)
schedule = as_admin.pipelineschedules.create({"ref": "main", "description": "beat", "cron": "*/15 * * * *"})
schedule.variables.create({"key": "SECLOG_TASK", "value": "requests"})
schedule.cron = "0 * * * *"
schedule.save()
schedule_id = schedule.id
schedule.play()
check("schedule", as_admin.pipelineschedules.get(schedule_id).attributes["variables"][0]["key"] == "SECLOG_TASK")
refused("bad cron", 400, lambda: as_admin.pipelineschedules.create({"ref": "main", "description": "x", "cron": "soon"}))
as_admin.variables.create({"key": "SECRET", "value": "abcdefgh1", "masked": True, "protected": True})
check("variable", as_admin.variables.get("SECRET").protected is True)
refused("mask", 400, lambda: as_admin.variables.create({"key": "SHORT", "value": "a", "masked": True}))

with tempfile.NamedTemporaryFile() as upload:
    upload.write(bytes(range(256)))
    upload.flush()
    as_dev.generic_packages.upload("dive", "1.0.0", "rows.bin", upload.name)
check("package", as_dev.generic_packages.download("dive", "1.0.0", "rows.bin") == bytes(range(256)))
package = as_dev.packages.list(package_name="dive", get_all=True)[0]
check("package file", as_dev.packages.get(package.id).package_files.list(get_all=True)[0].size == 256)
as_admin.packages.delete(package.id)
check("package gone", as_dev.packages.list(get_all=True) == [])

# Block, tokens, delete.
dev.block()
refused("blocked", 403, lambda: dev_client.projects.get(project.id))
dev.unblock()
refused("unknown route", 404, lambda: gl.http_get("/nothing"))
issue_delete = as_admin.issues.get(second.iid)
issue_delete.delete()
refused("deleted issue", 404, lambda: as_admin.issues.get(second.iid))
print(f"{checks} checks")
