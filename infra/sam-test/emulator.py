"""Starts ministack, and has it expand AWS::Serverless in nested stacks too, as CloudFormation does with
CAPABILITY_AUTO_EXPAND. Version 1.5.33 expands the transform in root stacks only; the check of a nested template's
capabilities is the first thing that sees the template, so the expansion goes behind it."""

from ministack.app import main
from ministack.services.cloudformation import engine, provisioners

checked = provisioners._check_nested_stack_capabilities


def check_and_expand(parent_stack_name, template):
    checked(parent_stack_name, template)
    expanded = engine._apply_transforms(template)
    if expanded is not template:  # without a transform it is handed back as it is
        template.clear()
        template.update(expanded)


provisioners._check_nested_stack_capabilities = check_and_expand

if __name__ == "__main__":
    main()
