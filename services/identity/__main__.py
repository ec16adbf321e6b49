"""The identity process."""

from services.identity.app import build
from services.identity.settings import IdentitySettings
from services.kit.runtime import run

if __name__ == "__main__":
    run(build(IdentitySettings()))
