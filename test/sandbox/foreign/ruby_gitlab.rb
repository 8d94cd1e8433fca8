# Works through the sandbox with ruby-gitlab, as an administrator; prints the number of checks and fails on the first wrong one.
require 'gitlab'

URL, TOKEN = ARGV
G = Gitlab.client(endpoint: "#{URL}/api/v4", private_token: TOKEN)
$checks = 0

def check(name, value)
  unless value
    puts "FAILED #{name}"
    exit 1
  end
  $checks += 1
end

def refused(name, error)
  yield
  check(name, false)
rescue Gitlab::Error::ResponseError => e
  check("#{name}: #{e.response_status}", e.is_a?(error))
end

def person(username)
  user = G.create_user("#{username}@example.org", 'correct horse battery', username, name: username)
  token = G.post("/users/#{user.id}/personal_access_tokens", body: { name: 't', scopes: ['api'] })
  [user, Gitlab.client(endpoint: "#{URL}/api/v4", private_token: token.token)]
end

check('admin', G.user.is_admin)
group = G.create_group('Rb', 'rb')
project = G.create_project('Case', namespace_id: group.id, initialize_with_readme: true)
check('path', project.path_with_namespace == 'rb/case')
check('by path', G.project('rb/case').id == project.id)
dev, dev_client = person('rb-dev')
outsider, outsider_client = person('rb-outsider')
G.add_team_member(project.id, dev.id, 30)
check('members', G.team_members(project.id).map(&:id).include?(dev.id))
refused('member twice', Gitlab::Error::Conflict) { G.add_team_member(project.id, dev.id, 30) }
refused('not found', Gitlab::Error::NotFound) { outsider_client.project(project.id) }
refused('unauthorized', Gitlab::Error::Unauthorized) { Gitlab.client(endpoint: "#{URL}/api/v4", private_token: 'x').user }

G.create_label(project.id, 'State::Ready', '#00ff00')
G.create_label(project.id, 'State::Done', '#0000ff')
check('labels', G.labels(project.id).map(&:name).sort == ['State::Done', 'State::Ready'])

issue = dev_client.create_issue(project.id, 'First', description: 'Text', confidential: true, labels: 'State::Ready')
check('confidential', issue.confidential)
refused('missing title', Gitlab::Error::BadRequest) { dev_client.post("/projects/#{project.id}/issues", body: { description: 'x' }) }
dev_client.edit_issue(project.id, issue.iid, add_labels: 'State::Done')
check('one of a scope', dev_client.issue(project.id, issue.iid).labels == ['State::Done'])
check('label events', dev_client.issue_label_events(project.id, issue.iid).map(&:action).count('remove') == 1)
G.edit_project(project.id, visibility: 'internal')
refused('confidential to outsiders', Gitlab::Error::NotFound) { outsider_client.issue(project.id, issue.iid) }
check('nor listed', outsider_client.issues(project.id).empty?)
note = dev_client.create_issue_note(project.id, issue.iid, "hello\n/close")
check('cut', note.body == 'hello')
check('closed', dev_client.issue(project.id, issue.iid).state == 'closed')
dev_client.reopen_issue(project.id, issue.iid)
check('notes', dev_client.issue_notes(project.id, issue.iid).map(&:body).include?('hello'))
second = dev_client.create_issue(project.id, 'Second')
dev_client.create_issue_link(project.id, issue.iid, project.id, second.iid)
check('links', dev_client.issue_links(project.id, issue.iid).map(&:iid) == [second.iid])
refused('link twice', Gitlab::Error::Conflict) { dev_client.create_issue_link(project.id, issue.iid, project.id, second.iid) }

250.times { |number| dev_client.create_issue(project.id, "Many #{number}", labels: 'many') }
check('250', dev_client.issues(project.id, labels: 'many', per_page: 50).auto_paginate.size == 250)
page = dev_client.issues(project.id, labels: 'many', per_page: 100, page: 2)
check('page', page.size == 100 && page.has_next_page? && page.has_prev_page?)

dev_client.create_branch(project.id, 'work', 'main')
dev_client.create_file(project.id, 'a/b.txt', 'work', 'one', 'Add')
check('file', dev_client.file_contents(project.id, 'a/b.txt', 'work') == 'one')
commit = dev_client.create_commit(project.id, 'work', 'Two', [{ action: 'create', file_path: 'x.txt', content: 'x' }])
check('commit', dev_client.commit(project.id, commit.id).title == 'Two')
check('commits', dev_client.commits(project.id, ref_name: 'work').first.title == 'Two')
refused('protected', Gitlab::Error::Forbidden) { dev_client.create_commit(project.id, 'main', 'No', [{ action: 'create', file_path: 'y', content: 'y' }]) }

mr = dev_client.create_merge_request(project.id, 'Work', source_branch: 'work', target_branch: 'main')
refused('merge request twice', Gitlab::Error::Conflict) { dev_client.create_merge_request(project.id, 'Work', source_branch: 'work', target_branch: 'main') }
refused('author', Gitlab::Error::Unauthorized) { dev_client.approve_merge_request(project.id, mr.iid) }
refused('wrong sha', Gitlab::Error::Conflict) { G.approve_merge_request(project.id, mr.iid, sha: '0' * 40) }
G.approve_merge_request(project.id, mr.iid)
check('approved', G.merge_request_approvals(project.id, mr.iid).approved_by.size == 1)
G.accept_merge_request(project.id, mr.iid)
check('merged', G.merge_request(project.id, mr.iid).state == 'merged')

hook = G.add_project_hook(project.id, 'http://127.0.0.1:9/', issues_events: 1, push_events: 0)
check('hook', G.project_hook(project.id, hook.id).issues_events == true)
G.delete_project_hook(project.id, hook.id)
trigger = G.create_trigger(project.id, 'wake')
pipeline = G.run_trigger(project.id, trigger.token, 'main', 'A' => 'x')
check('trigger', pipeline.source == 'trigger')
refused('wrong trigger', Gitlab::Error::NotFound) { G.run_trigger(project.id, 'wrong', 'main') }
schedule = G.create_pipeline_schedule(project.id, description: 'beat', ref: 'main', cron: '0 * * * *')
G.create_pipeline_schedule_variable(project.id, schedule.id, key: 'SECLOG_TASK', value: 'requests')
check('schedule', G.pipeline_schedule(project.id, schedule.id).variables.first['key'] == 'SECLOG_TASK')
check('pipelines', G.pipelines(project.id).size == 1)
puts "#{$checks} checks"
