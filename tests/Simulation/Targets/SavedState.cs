namespace EdgeOrleans.Simulation.Targets;

/// <summary>What an activation asked to be saved, and on what it was built.</summary>
internal sealed record SavedState(SavedState? Before, long Sequence, string Content)
{
    /// <summary>Whether somebody was told that it is saved.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Whether this is, or was built on, another.</summary>
    public bool Includes(SavedState other)
    {
        for (var state = this; state is not null; state = state.Before)
        {
            if (state == other)
            {
                return true;
            }
        }

        return false;
    }
}
