using EdgeOrleans.NativeManifest;

// Writes what the native edition must register and keep:
//   dotnet run -c Release --project tools/NativeManifest -- src/Silo/Native/GeneratedManifest.cs
if (args is not [var path])
{
    await Console.Error.WriteLineAsync("usage: FILE");
    return 2;
}

await File.WriteAllTextAsync(path, ManifestSource.Generate());
return 0;
