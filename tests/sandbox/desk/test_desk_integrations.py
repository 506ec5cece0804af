"""Installing an integration and connecting an account through its admin UI."""

import pytest

from answerback_sandbox.desk.rules import manifest_breaches


def installed(desk, service, status=201):
    answer = desk.session.post(
        f"{desk.url}/_sandbox/integrations", json={"manifest_url": f"{service.url}/manifest.json"}
    )
    assert answer.status_code == status
    return answer.json()["integration"]


def test_a_manifest_with_relative_urls_is_installed_and_announced(desk, service):
    made = installed(desk, service)

    assert made["urls"]["pull_url"] == f"{service.url}/pull"
    assert made["problems"] == []
    (event,) = desk.told("create_integration")
    assert event["data"] == {"manifest_url": f"{service.url}/manifest.json"}
    assert event["subdomain"] == "acme"
    assert event["integration_id"] == "org.example:social"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": ""}, "name: is empty"),
        ({"id": "i" * 512}, "id: has 512 characters; 511 are allowed"),
        ({"channelback_files": "yes"}, "channelback_files: is a string, not true or false"),
        ({"urls": {}}, "urls.admin_ui: is missing"),
        ({"urls": {"admin_ui": "http://shop.example/a"}}, "urls.admin_ui: is neither relative"),
        ({"urls": {"admin_ui": "//shop.example/a"}}, "urls.admin_ui: is neither relative"),
        ({"urls": {"admin_ui": "./a", "pull_url": "x" * 512}}, "urls.pull_url: has 512"),
    ],
)
def test_a_manifest_that_breaks_a_rule_is_refused_in_words(desk, service, change, problem):
    service.manifest |= change

    made = installed(desk, service, status=422)

    assert made["installed"] is False
    assert made["problems"][0].startswith(problem)
    (told,) = desk.sandbox("GET", "/problems")["problems"]
    assert told["text"].startswith(problem)
    assert problem.split(": ")[0] in desk.page("/admin/rules")


def test_a_manifest_that_cannot_be_reached_is_a_problem_not_a_crash(desk):
    answer = desk.session.post(
        f"{desk.url}/_sandbox/integrations", json={"manifest_url": "http://127.0.0.1:9/m.json"}
    )

    assert answer.status_code == 422
    assert "could not be read: connection refused" in answer.text


def test_plain_http_is_for_loopback_only():
    def breaches(url):
        return manifest_breaches({"name": "n", "id": "i", "urls": {"admin_ui": url}})

    assert breaches("https://shop.example/a") == []
    assert breaches("http://127.0.0.1:1/a") == []
    assert breaches("http://localhost:1/a") == []
    assert breaches("http://10.0.0.1/a") != []
    assert breaches("javascript:alert(1)") != []


def test_an_admin_ui_is_opened_with_every_field_and_finished_by_the_return_url(desk, service):
    made = installed(desk, service)

    opened = desk.sandbox("POST", f"/integrations/{made['id']}/open", json={"locale": "de"})

    fields = opened["fields"]
    assert opened["admin_ui"] == f"{service.url}/admin"
    assert fields["return_url"].startswith(f"{desk.url}/zendesk/channels/integration_accounts/")
    assert fields["subdomain"] == "acme"
    assert fields["locale"] == "de"
    assert fields["metadata"] == fields["state"] == fields["name"] == ""
    assert fields["instance_push_id"]
    assert fields["zendesk_access_token"]
    form = {"name": "@acme", "metadata": 'm"<&', "state": ""}
    page = desk.session.post(fields["return_url"], data=form)
    assert "Account connected" in page.text
    assert "@acme" in page.text
    (account,) = desk.sandbox("GET", "/accounts")["accounts"]
    assert (account["name"], account["metadata"], account["active"]) == ("@acme", 'm"<&', True)
    assert desk.told("create_integration_instance")[0]["data"] == {"metadata": 'm"<&'}
    assert desk.told("activate_integration_instance")
    assert desk.session.post(fields["return_url"], data=form).status_code == 404


def test_editing_an_account_hands_over_what_is_stored_and_keeps_the_account(desk, service):
    account_id = desk.connect(service)
    (integration,) = desk.sandbox("GET", "/integrations")["integrations"]

    opened = desk.sandbox(
        "POST", f"/integrations/{integration['id']}/open", json={"account_id": account_id}
    )
    assert opened["fields"]["metadata"] == '{"secret":"s"}'
    assert opened["fields"]["state"] == "start"
    desk.session.post(opened["fields"]["return_url"], data={"name": "new", "metadata": "m2"})

    (account,) = desk.sandbox("GET", "/accounts")["accounts"]
    assert account["id"] == account_id
    assert (account["name"], account["metadata"], account["state"]) == ("new", "m2", "start")


def test_an_admin_ui_that_sends_too_much_is_told_so_and_may_try_again(desk, service):
    made = installed(desk, service)
    opened = desk.sandbox("POST", f"/integrations/{made['id']}/open", json={})
    return_url = opened["fields"]["return_url"]

    long = desk.session.post(return_url, data={"name": "n", "metadata": "m" * 5001})

    assert long.status_code == 422
    assert "metadata: has 5001 characters; 5000 are allowed" in long.text
    assert desk.session.post(return_url, data={"name": "n", "metadata": "m"}).status_code == 200


def test_the_account_page_posts_the_fields_into_a_frame(desk, service):
    made = installed(desk, service)

    page = desk.page(f"/admin/channels/{made['id']}/account")

    assert f'action="{service.url}/admin" target="admin-ui"' in page
    assert 'name="return_url" value="http://127.0.0.1' in page
    assert "Example Social" in desk.page("/admin/channels")


def test_removing_an_account_tells_the_integration(desk, service):
    account_id = desk.connect(service)

    desk.sandbox("DELETE", f"/accounts/{account_id}")

    assert desk.told("destroy_integration_instance")[0]["data"] == {"metadata": '{"secret":"s"}'}
    assert desk.sandbox("GET", "/accounts")["accounts"] == []


def test_another_sites_page_cannot_use_the_switches(desk):
    answer = desk.session.post(
        f"{desk.url}/_sandbox/pull", headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403


def test_callbacks_are_tried_again_and_may_be_repeated(desk, service, wait):
    desk.sandbox("POST", "/settings", json={"repeat_callbacks": True})
    desk.sandbox(
        "POST", "/faults", json={"match": {"path": "/events"}, "effect": {"type": "repeat"}}
    )

    installed(desk, service)

    def twice():
        (callback,) = desk.sandbox("GET", "/callbacks")["callbacks"]
        return callback if len(callback["attempts"]) == 2 else None

    callback = wait(twice)
    assert len(service.called("event")) == 2
    assert [one["status"] for one in callback["attempts"]] == [200, 200]
