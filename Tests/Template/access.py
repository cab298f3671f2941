"""Decides like IAM whether a client of a file system may do something, as far as the template's policies need it."""

import fnmatch


def listed(value):
    return value if isinstance(value, list) else [value]


def holds(condition, context):
    """Whether every operator of a condition holds. A key that the request lacks: equal to nothing, and unequal to everything."""
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            actual, wanted = context.get(key), listed(wanted)
            if operator in ("StringEquals", "Bool"):
                good = actual in wanted
            elif operator == "StringNotEquals":
                good = actual not in wanted
            elif operator == "Null":
                good = (actual is None) == (wanted == ["true"])
            else:
                raise NotImplementedError(operator)
            if not good:
                return False
    return True


def allowed(action, resource, context, identity_policies, resource_policy):
    """An explicit denial anywhere decides; else one allowance is enough, in the same account on either side."""
    effects = set()
    for policy in [*identity_policies, resource_policy]:
        for statement in policy["Statement"]:
            if any(fnmatch.fnmatchcase(action, pattern) for pattern in listed(statement["Action"])) and any(
                fnmatch.fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"])
            ):
                if holds(statement.get("Condition", {}), context):
                    effects.add(statement["Effect"])
    return "Deny" not in effects and "Allow" in effects
