"""Collects every *.case file of this directory as one test."""

import os
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import case  # noqa: E402
import exsim  # noqa: E402


def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".case":
        return CaseFile.from_parent(parent, path=file_path)
    return None


class CaseFile(pytest.File):
    def collect(self):
        yield CaseItem.from_parent(self, name=self.path.stem)


class CaseItem(pytest.Item):
    def runtest(self):
        directory = tempfile.mkdtemp(prefix="exsync-case-")
        try:
            one = case.Case(str(self.path), directory)
            if one.needs_shared() and not os.path.isdir(exsim.MAIL):
                pytest.skip("needs ../shared/mail")
            one.run()
        finally:
            if os.environ.get("KEEP"):
                print("kept:", directory)
            else:
                shutil.rmtree(directory, ignore_errors=True)

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, (case.Failure, exsim.Error)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name
