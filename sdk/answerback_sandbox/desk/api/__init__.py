"""The Support API under ``/api/v2``, with and without ``.json``.

Not here: webhooks, triggers, satisfaction ratings, bulk jobs other than merging.
https://developer.zendesk.com/api-reference/ticketing/introduction/
"""
