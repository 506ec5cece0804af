"""What people see and scripts drive: the agent's desk, the Admin Center, the sandbox's switches."""
