using EdgeOrleans.Journal;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>
/// The directory that is measured in, below the data directory and so on the same card. It goes with all that was made for it;
/// what an examination that was killed has left is cleared first.
/// </summary>
internal sealed class ProbeDirectory : IDisposable
{
    private const string Name = "doctor";

    private readonly string _path;
    private readonly string[] _made;
    private readonly FileDisk _disk;

    /// <exception cref="DataDirectoryInUseException">Another examination runs.</exception>
    /// <exception cref="IOException">Nothing can be created there.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public ProbeDirectory(string dataPath)
    {
        _path = Path.Combine(dataPath, Name);
        _made = [.. Missing(dataPath)];
        try
        {
            _disk = new FileDisk(_path);
            foreach (var left in _disk.List())
            {
                if (left != FileDisk.LockName)
                {
                    _disk.Remove(left);
                }
            }
        }
        catch (Exception e) when (e is not DataDirectoryInUseException)
        {
            Remove();
            throw;
        }
    }

    public IDisk Disk => _disk;

    public void Dispose()
    {
        Remove();
        _disk.Dispose();
    }

    /// <summary>The directories that will have to be made, the deepest first.</summary>
    private static IEnumerable<string> Missing(string path)
    {
        for (var at = path; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            yield return at;
        }
    }

    private void Remove()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }

        try
        {
            foreach (var directory in _made.Where(Directory.Exists))
            {
                Directory.Delete(directory);
            }
        }
        catch (IOException)
        {
            // Not empty any more: a service has been started there meanwhile.
        }
    }
}
