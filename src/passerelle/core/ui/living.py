from django.http import QueryDict


def living_page_context(given: QueryDict) -> dict[str, object]:
    return {}
