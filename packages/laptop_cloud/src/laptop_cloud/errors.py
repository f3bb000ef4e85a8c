"""Why the laptop cloud does not start.

CloudError
├── CloudRunningError    another one already runs in the state folder
├── TemplateError        the template, or a value for one of its parameters, cannot be used
├── PhotoFolderError     the folder of photos cannot be used
├── ServiceStartError    a service's process ended before it could answer
└── FunctionStartError   a function's process could not import its handler
"""


class CloudError(Exception):
    """Base of what `Cloud.start` raises; the message is for the user."""


class CloudRunningError(CloudError):
    """A laptop cloud already runs in this state folder."""


class TemplateError(CloudError):
    """The template, or a value given for one of its parameters, cannot be used."""


class PhotoFolderError(CloudError):
    """The folder of photos cannot be used."""


class ServiceStartError(CloudError):
    """A service's process ended before it could answer; the message ends with what it logged."""


class FunctionStartError(CloudError):
    """A function's process could not import its handler; the message ends with what it logged."""
