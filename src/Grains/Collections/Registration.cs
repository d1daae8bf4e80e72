namespace EdgeOrleans.Grains.Collections;

/// <summary>Whether the catalog lists a collection, as its activation knows it: no set is made before it does.</summary>
internal sealed class Registration(string collectionKey, IRegistry registry)
{
    private Task<Refusal?>? _making;
    private long _cancellations;

    /// <summary>Whether the collection is listed.</summary>
    public bool IsMade { get; set; }

    /// <summary>What was found when the collection was loaded. Worth nothing once it has been cleared.</summary>
    public void Found(bool isListed) => IsMade |= isListed && _cancellations == 0;

    /// <summary>
    /// The collection is being cleared. From this turn on a set has to register again, also one that waits for its registration just now:
    /// the catalog may take the collection off its list as soon as it knows it cleared.
    /// </summary>
    public void Cancel()
    {
        IsMade = false;
        _cancellations++;

        // What is under way may have been answered before the delete began: nobody who comes later may take its word.
        _making = null;
    }

    /// <summary>Has the collection listed. After success <see cref="IsMade"/> still tells, because it may have been cancelled on the way.</summary>
    /// <returns>Why it is not listed, or not known to be.</returns>
    public async Task<Refusal?> Make(Deadline deadline)
    {
        var cancellations = _cancellations;
        var making = _making ??= MakeOnce();
        await deadline.Race(making);
        if (!making.IsCompleted)
        {
            return deadline.TimedOut;
        }

        var refusal = await making;
        IsMade |= refusal is null && cancellations == _cancellations;
        return refusal;
    }

    private async Task<Refusal?> MakeOnce()
    {
        var cancellations = _cancellations;

        // The caller has to store the task before it can end.
        await Task.Yield();
        try
        {
            return await registry.Register(collectionKey);
        }
        catch (Exception fault)
        {
            return new Refusal(RefusalCode.Unavailable, $"the catalog does not answer: {fault.Message}");
        }
        finally
        {
            if (cancellations == _cancellations)
            {
                _making = null;
            }
        }
    }
}
